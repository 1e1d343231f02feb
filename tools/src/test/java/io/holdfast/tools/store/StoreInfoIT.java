// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.holdfast.storage.commit.StopNotes;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreInfoIT {
    @TempDir
    Path folder;

    private Path data() {
        return folder.resolve("data");
    }

    private String value(String json, String group, String name) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            String current = "";
            while (parser.nextToken() != null) {
                boolean top = parser.getParsingContext().getParent() != null
                        && parser.getParsingContext().getParent().inRoot();
                if (parser.currentToken() == JsonToken.FIELD_NAME && top) {
                    current = parser.currentName();
                } else if (parser.currentToken() == JsonToken.FIELD_NAME
                        && current.equals(group)
                        && parser.currentName().equals(name)) {
                    parser.nextToken();
                    return parser.getText();
                }
            }
        }
        throw new AssertionError(group + "." + name + " is not in " + json);
    }

    @Test
    @DisplayName("the oldest message that somebody waits for is named, with those who hold it")
    void info_oldestMessage_andItsHolders() throws IOException {
        SampleStore.typical(data()).close();
        DumpRun info = DumpRun.verb("info", data(), "-o", "json");
        assertThat(info.exitCode()).isZero();
        // bob has not acknowledged the first message; alice has
        assertThat(value(info.out(), "oldest", "message")).isEqualTo("1");
        assertThat(value(info.out(), "oldest", "topic")).isEqualTo("home/kitchen/temperature");
        assertThat(value(info.out(), "oldest", "sessions")).isEqualTo("1");
        assertThat(value(info.out(), "holders", "client")).isEqualTo("bob");
        assertThat(value(info.out(), "heaviest", "client")).isEqualTo("alice");
        assertThat(value(info.out(), "content", "sessions")).isEqualTo("3");
        assertThat(value(info.out(), "content", "connected")).isEqualTo("1");
        assertThat(value(info.out(), "content", "owed")).isEqualTo("6");
        assertThat(value(info.out(), "store", "format")).isEqualTo("2");
        assertThat(Long.parseLong(value(info.out(), "store", "diskFreeBytes"))).isPositive();
    }

    @Test
    @DisplayName("what nobody needs is no burden: without a queue there is no oldest message")
    void info_everythingSettled_noOldest() throws IOException {
        SampleStore store = new SampleStore(data());
        store.session(SampleStore.ALICE, "alice", 4, -1, 0, false);
        store.publish("t", "x", 1, SampleStore.ALICE);
        store.commit();
        store.event(EventKind.ACKNOWLEDGED, SampleStore.ALICE, 0);
        store.commit();
        store.close();
        String json = DumpRun.verb("info", data(), "-o", "json").out();
        assertThat(value(json, "oldest", "message")).isEqualTo("null");
        assertThat(value(json, "content", "owed")).isEqualTo("0");
    }

    @Test
    @DisplayName("a clean stop is told from one that was none, and from a store that is in use")
    void info_stop_howItWas() throws IOException {
        SampleStore store = SampleStore.typical(data());
        assertThat(DumpRun.verb("info", data()).out())
                .contains("in use by process " + ProcessHandle.current().pid());
        store.committer.stopCleanly(new StopNotes(3, 0));
        store.close();
        assertThat(value(DumpRun.verb("info", data(), "-o", "json").out(), "store", "stop"))
                .isEqualTo("clean");
    }

    @Test
    @DisplayName("each table is told with its rows, and the log with floor, head and watermark")
    void info_tables_counted() throws IOException {
        SampleStore store = SampleStore.typical(data());
        long head = store.committer.position();
        store.close();
        DumpRun info = DumpRun.verb("info", data());
        assertThat(info.out()).containsPattern("message +5 ").containsPattern("session +3 ");
        assertThat(info.out().lines().toList()).hasSizeLessThan(70);
        String json = DumpRun.verb("info", data(), "-o", "json").out();
        assertThat(value(json, "log", "head")).isEqualTo(Long.toString(head));
        assertThat(value(json, "log", "floor")).isEqualTo("3");
        assertThat(value(json, "log", "watermarkFile")).isEqualTo("read");
        assertThat(value(json, "log", "watermark")).isEqualTo(value(json, "log", "sequence"));
    }

    @Test
    @DisplayName("damaged rows are counted, the rest is told, exit code 4")
    void info_damaged_saysSo() throws Exception {
        SampleStore.typical(data()).close();
        RawRows.damage(data(), Table.SESSION, Keys.number(SampleStore.ALICE));
        DumpRun info = DumpRun.verb("info", data(), "-o", "json");
        assertThat(info.exitCode()).isEqualTo(4);
        assertThat(value(info.out(), "content", "damagedRows")).isEqualTo("1");
        assertThat(value(info.out(), "content", "sessions")).isEqualTo("2");
    }

    @Test
    @DisplayName("a folder without a store: one sentence, exit code 6")
    void info_noStore_refused() {
        DumpRun info = DumpRun.verb("info", folder);
        assertThat(info.exitCode()).isEqualTo(6);
        assertThat(info.err().lines()).hasSize(1);
        assertThat(info.out()).isEmpty();
    }
}
