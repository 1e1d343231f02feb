// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreDiffIT {
    @TempDir
    Path folder;

    private Path a() {
        return folder.resolve("a");
    }

    private Path b() {
        return folder.resolve("b");
    }

    private DumpRun diff(String... options) {
        List<String> arguments = new ArrayList<>(List.of("diff", a().toString(), b().toString()));
        arguments.addAll(List.of(options));
        return DumpRun.of(arguments);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    @Test
    @DisplayName("a store equals its copy, and equals itself once what was in the log is in rows")
    void diff_sameContent_nothing() throws IOException {
        SampleStore.typical(a()).close();
        copy(a(), b());
        assertThat(diff()).isEqualTo(new DumpRun(0, "", ""));
        SampleStore.typical(folder.resolve("c")).close();
        SampleStore store = SampleStore.typical(folder.resolve("d"));
        for (long number : new long[] {SampleStore.ALICE, SampleStore.BOB, SampleStore.CAROL}) {
            store.checkpoint(number);
        }
        store.commit();
        store.close();
        DumpRun run = DumpRun.of(List.of("diff", folder + "/c", folder + "/d"));
        assertThat(run).isEqualTo(new DumpRun(0, "", ""));
        assertThat(DumpRun.of(List.of("diff", folder + "/c", folder + "/d", "--section", "store"))
                        .exitCode())
                .isEqualTo(3);
    }

    @Test
    @DisplayName("what is in one store alone, and what differs, each with its key, in the order of keys")
    void diff_changes_eachTold() throws IOException {
        SampleStore.typical(a()).close();
        SampleStore store = SampleStore.typical(b());
        store.event(EventKind.ACKNOWLEDGED, SampleStore.BOB, 0);
        store.unsubscribe(SampleStore.BOB, "home/#");
        store.subscribe(SampleStore.CAROL, "home/x");
        store.commit();
        store.close();
        DumpRun run = diff();
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out().lines().toList())
                .hasSize(5)
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith("~ sessions session=513 client=bob acknowledged=0->1 inflight=1->0"),
                        line -> assertThat(line).startsWith("- subscriptions session=513 client=bob"),
                        line -> assertThat(line)
                                .startsWith("+ subscriptions session=769")
                                .endsWith("filter=home/x"),
                        line -> assertThat(line).startsWith("- inflight session=513"),
                        line -> assertThat(line).startsWith("+ topics ").endsWith("filter=home/x"));
        String json = diff("-o", "jsonl", "--section", "sessions").out();
        assertThat(json).startsWith("{\"change\":\"changed\",\"section\":\"sessions\",\"before\":{\"session\":513,");
        assertThat(json.lines()).hasSize(1);
    }

    @Test
    @DisplayName("the other way round, what was added is removed")
    void diff_reversed_mirrored() throws IOException {
        SampleStore.typical(a()).close();
        copy(a(), b());
        SampleStore store = new SampleStore(b());
        store.session(9 << 8, "new", 4, -1, 0, false);
        store.publish("n", "x", 1, 9 << 8);
        store.commit();
        store.close();
        assertThat(diff().out().lines().map(line -> line.substring(0, 10)).toList())
                .containsExactly("+ sessions", "+ queued s");
        DumpRun back = DumpRun.of(List.of("diff", b().toString(), a().toString()));
        assertThat(back.out().lines().map(line -> line.substring(0, 10)).toList())
                .containsExactly("- sessions", "- queued s");
    }

    @Test
    @DisplayName("damage makes the comparison incomplete, and a folder without a store none at all")
    void diff_damagedOrMissing_told() throws Exception {
        SampleStore.typical(a()).close();
        assertThat(diff().exitCode()).isEqualTo(6);
        copy(a(), b());
        RawRows.damage(b(), Table.SESSION, Keys.number(SampleStore.BOB));
        DumpRun run = diff();
        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.out()).contains("- sessions session=513");
        assertThat(diff("--section", "events").exitCode()).isEqualTo(2);
    }
}
