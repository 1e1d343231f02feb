// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import static io.holdfast.tools.store.DumpRun.column;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.holdfast.protocol.topic.FilterOverlap;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a dump shows of a store, and in which form. */
class DumpSelectionIT {
    @TempDir
    Path folder;

    private Path data() {
        return folder.resolve("data");
    }

    @BeforeEach
    void makeStore() {
        SampleStore.typical(data()).close();
    }

    private DumpRun dump(String... options) {
        return DumpRun.of(data(), options);
    }

    private List<Map<String, String>> rows(String section, String... options) {
        return DumpRun.rows(data(), section, options);
    }

    // ---- selection

    @Test
    @DisplayName("clients by glob and by regular expression; an identifier that looks like a pattern is taken as it is")
    void dump_clientPatterns_select() {
        assertThat(column(rows("sessions", "--client", "glob:*o*"), "session")).containsExactly("513", "769");
        assertThat(column(rows("sessions", "--client", "glob:b?b"), "session")).containsExactly("513");
        assertThat(column(rows("sessions", "--client", "regex:^[ab]"), "session"))
                .containsExactly("257", "513");
        assertThat(column(rows("queued", "--client", "regex:car"), "session")).containsExactly("769");
        assertThat(column(rows("wills,timers", "--client", "glob:bob"), "session"))
                .containsExactly("513", "513");
        assertThat(column(rows("subscriptions", "--client", "glob:a*"), "client"))
                .containsExactly("alice");
        assertThat(column(rows("log", "--client", "glob:carol*"), "position")).containsExactly("9");
        assertThat(rows("sessions", "--client", "*")).isEmpty();
        assertThat(column(rows("sessions", "--client", "exact:bob"), "session")).containsExactly("513");
        assertThat(dump("--client", "regex:(").exitCode()).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "messages by a topic filter, filters by what they have in common with it; sections without topics are left out")
    void dump_topic_selects() {
        assertThat(column(rows("queued", "--topic", "home/+/temperature"), "index"))
                .containsExactly("2", "4");
        assertThat(column(rows("retained,wills", "--topic", "home/state"), "topic"))
                .containsExactly("home/state");
        assertThat(column(rows("inflight", "--topic", "+/hall/#"), "session")).containsExactly("257");
        assertThat(column(rows("topics", "--topic", "home/x"), "filter")).containsExactly("home/#");
        assertThat(rows("sessions,log", "--topic", "#")).isEmpty();
        assertThat(dump("--topic", "a/#/b").exitCode()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "a/b,a/b,true",
        "a/b,a/c,false",
        "a/+,a/b,true",
        "a/#,a,true",
        "a/#,a/b/c,true",
        "a/+,a,false",
        "+/b,a/#,true",
        "+/b,a/c/#,false",
        "#,$SYS/x,false",
        "$SYS/#,$SYS/x,true",
        "a/b/#,a/+,true",
        "$share/g/a/+,a/b,true"
    })
    @DisplayName("two filters overlap when some topic is matched by both, in whatever order they are asked")
    void filters_overlap_asTopicsSay(String one, String other, boolean overlap) {
        assertThat(FilterOverlap.exists(TopicFilter.parse(one), TopicFilter.parse(other)))
                .isEqualTo(overlap);
        assertThat(FilterOverlap.exists(TopicFilter.parse(other), TopicFilter.parse(one)))
                .isEqualTo(overlap);
    }

    @Test
    @DisplayName("messages and groups of a span of time")
    void dump_times_select() {
        String split = "2023-11-14T22:13:23Z";
        assertThat(column(rows("queued", "--since", split), "message")).containsExactly("5", "6", "7", "6");
        assertThat(rows("queued", "--until", split)).isEmpty();
        assertThat(column(rows("inflight", "--until", split), "message")).containsExactly("2", "1");
        assertThat(column(rows("log", "--until", split), "position")).containsExactly("3", "4");
        assertThat(rows("retained", "--since", "2h")).isEmpty();
        assertThat(rows("inbound", "--since", "2023-01-01")).isEmpty();
        assertThat(column(rows("sessions", "--since", "2023-01-01"), "session")).containsExactly("257", "769");
        assertThat(dump("--since", "yesterday").exitCode()).isEqualTo(2);
    }

    @Test
    @DisplayName("sessions by their state, messages by theirs, and both")
    void dump_states_select() {
        assertThat(column(rows("sessions", "--state", "connected"), "session")).containsExactly("513");
        assertThat(column(rows("subscriptions", "--state", "offline"), "session"))
                .containsExactly("257");
        assertThat(column(rows("inflight", "--state", "released"), "session")).containsExactly("257");
        assertThat(column(rows("inflight,queued", "--state", "maybe-sent"), "session"))
                .containsExactly("513");
        assertThat(rows("inflight", "--state", "offline,maybe-sent")).isEmpty();
        assertThat(rows("sessions", "--state", "shared")).isEmpty();
        assertThat(dump("--state", "asleep").err()).contains("maybe-sent").contains("offline");
    }

    @Test
    @DisplayName("so many rows of each section, and no more are read")
    void dump_limit_perSection() {
        List<Map<String, String>> rows = rows("queued,topics,log", "--limit", "2");
        assertThat(column(rows, "section")).containsExactly("queued", "queued", "topics", "topics", "log", "log");
        assertThat(dump("--limit", "0").exitCode()).isEqualTo(2);
        assertThat(dump("--limit", "1").exitCode()).isZero();
    }

    @Test
    @DisplayName("keys alone tell every row, in the same order, and no message is read for them")
    void dump_keysOnly_noMessages() throws Exception {
        List<Map<String, String>> full = rows("queued");
        RawRows.damage(data(), Table.MESSAGE, Keys.number(6));
        DumpRun run = dump("--section", "queued", "--keys-only", "-o", "jsonl");
        assertThat(run.exitCode()).as("the damaged message is not read").isZero();
        List<Map<String, String>> keys = DumpRun.parse(run.out());
        assertThat(keys).allSatisfy(row -> assertThat(row).containsOnlyKeys("section", "session", "index", "message"));
        assertThat(column(keys, "index")).isEqualTo(column(full, "index"));
        assertThat(dump("--keys-only").exitCode()).isZero();
        assertThat(dump("--keys-only").out()).doesNotContain("21.5").doesNotContain("gone");
    }

    // ---- payloads

    @Test
    @DisplayName("payloads as text, as JSON, in hexadecimal, or not at all")
    void dump_payloads_asAsked() {
        SampleStore store = new SampleStore(data());
        store.session(9 << 8, "json", 4, -1, 0, false);
        store.publish("j", "{\"a\":\n[1,2]}", 1, 9 << 8);
        store.publish("j", "{\"a\":", 1, 9 << 8);
        store.commit();
        store.close();
        String[] json = {"--client", "json", "--payload", "json"};
        assertThat(dump("--section", "queued", "-o", "jsonl", "--client", "json", "--payload", "json")
                        .out())
                .contains("\"payloadJson\":{\"a\": [1,2]}")
                .contains("\"payload\":\"{\\\"a\\\":\"");
        assertThat(rows("queued", json)).hasSize(2);
        assertThat(column(rows("queued", "--client", "json", "--payload", "hex"), "payloadHex"))
                .containsExactly("7b2261223a0a5b312c325d7d", "7b2261223a");
        assertThat(rows("queued", "--payload", "none"))
                .allSatisfy(row -> assertThat(row).doesNotContainKeys("payload", "payloadHex"));
        assertThat(column(rows("queued", "--client", "regex:carol", "--payload", "text"), "payload"))
                .containsExactly("\u0000\u0001\ufffd");
    }

    // ---- formats

    @Test
    @DisplayName("json is one array with the objects of jsonl")
    void dump_json_oneArray() throws IOException {
        String lines = dump("-o", "jsonl").out();
        String array = dump("-o", "json").out();
        int objects = 0;
        try (JsonParser parser = new JsonFactory().createParser(array)) {
            assertThat(parser.nextToken()).isEqualTo(JsonToken.START_ARRAY);
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                parser.skipChildren();
                objects++;
            }
        }
        assertThat(objects).isEqualTo((int) lines.lines().count());
        assertThat(array.replaceFirst("^\\[", "").replaceFirst("\\]\n$", "\n").replaceAll("(?m),$", ""))
                .isEqualTo(lines);
        assertThat(dump("-o", "json", "--section", "queued", "--client", "nobody")
                        .out())
                .isEqualTo("[]\n");
    }

    @Test
    @DisplayName("csv quotes what needs it, and keeps a spreadsheet from taking a payload for a formula")
    void dump_csv_quoted() {
        SampleStore store = new SampleStore(data());
        store.session(9 << 8, "csv", 4, -1, 0, false);
        store.subscribe(9 << 8, "+/x");
        store.publish("c", "=1+1,\"x\"\n", 1, 9 << 8);
        store.commit();
        store.close();
        String out = dump("-o", "csv", "--client", "csv", "--section", "queued,subscriptions")
                .out();
        assertThat(out)
                .startsWith("section,session,client,qos,noLocal")
                .contains("subscriptions,2304,csv,1,false,false,0,0,true,+/x\r\n")
                .contains("section,session,client,index,packetId,message,qos,retain,size,topic,payload\r\n")
                .contains(",c,\"'=1+1,\"\"x\"\"\n\"\r\n");
    }

    @Test
    @DisplayName("raw shows rows as they lie, tables of a section alone, and damaged ones with their reason")
    void dump_raw_rowsAsTheyLie() throws Exception {
        DumpRun all = dump("-o", "raw");
        assertThat(all.exitCode()).isZero();
        assertThat(all.out()).contains("client 0000616c696365 0881" + "02\n").contains("default 000073746f7265 ");
        assertThat(dump("-o", "raw", "--section", "topics", "--keys-only").out())
                .isEqualTo("topic 0000686f6d652f23\ntopic 0000686f6d652f2b2f74656d7065726174757265\n");
        byte[] key = Keys.text("home/state".getBytes(StandardCharsets.UTF_8));
        RawRows.damage(data(), Table.RETAINED, key);
        DumpRun damaged = dump("-o", "raw", "--section", "retained");
        assertThat(damaged.exitCode()).isEqualTo(4);
        assertThat(damaged.out()).endsWith(" !! its checksum does not fit\n");
        assertThat(dump("-o", "raw", "--client", "alice").exitCode()).isEqualTo(2);
    }

    @Test
    @DisplayName("what happened to sessions, one line for each event of the log")
    void dump_events_oneLineEach() {
        assertThat(column(rows("events", "--client", "bob"), "kind"))
                .containsExactly("appended", "inbound_added", "inbound_added");
        assertThat(column(rows("events", "--client", "alice"), "kind"))
                .contains("acknowledged", "released")
                .doesNotContain("inbound_added");
    }
}
