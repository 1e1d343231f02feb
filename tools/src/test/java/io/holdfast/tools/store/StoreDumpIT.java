// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import static io.holdfast.tools.store.DumpRun.column;
import static io.holdfast.tools.store.DumpRun.parse;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.tools.upkeep.StoreVerb;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The dump of stores that a committer filled, while it holds them open and after. */
class StoreDumpIT {
    /** Writes the golden files anew: {@code -Dgolden.rewrite=true}; look at the difference before committing it. */
    private static final boolean REWRITE = Boolean.getBoolean("golden.rewrite");

    @TempDir
    private Path temp;

    private String err = "";
    private int exitCode;

    private Path data() {
        return temp.resolve("data");
    }

    private String dump(String... options) {
        DumpRun run = DumpRun.of(data(), options);
        exitCode = run.exitCode();
        err += run.err();
        return run.out();
    }

    private List<Map<String, String>> rows(String section, String... options) {
        return DumpRun.rows(data(), section, options);
    }

    // ---- golden output

    @Test
    @DisplayName(
            "the table of a typical store is as in the golden file, readable at 120 columns and without control characters")
    void dump_table_golden() throws IOException {
        SampleStore.typical(data()).close();
        String out = dump();
        assertThat(exitCode).isZero();
        assertGolden("typical.txt", out);
        assertThat(out.codePoints().filter(c -> c < ' ' && c != '\n')).isEmpty();
        assertThat(out).doesNotContain("\u202e");
        assertThat(out.lines().filter(line -> line.startsWith("==")))
                .as("no client can fake a section")
                .hasSize(Section.values().length);
        assertThat(out.lines().filter(line -> line.codePointCount(0, line.length()) > 120 && !line.contains("carol")))
                .isEmpty();
    }

    @Test
    @DisplayName(
            "the lines for programs of a typical store are as in the golden file: one JSON object each, ASCII only")
    void dump_jsonl_golden() throws IOException {
        SampleStore.typical(data()).close();
        String out = dump("-o", "jsonl");
        assertThat(exitCode).isZero();
        assertGolden("typical.jsonl", out);
        assertThat(out.chars()).allMatch(c -> c == '\n' || (c >= ' ' && c < 127));
        assertThat(parse(out)).isNotEmpty().allMatch(row -> row.containsKey("section"));
    }

    private void assertGolden(String name, String out) throws IOException {
        String masked = out.replaceAll("[0-9a-f]{32}", "0123456789abcdef0123456789abcdef");
        Path source = Path.of(
                System.getProperty("holdfast.root", ".."), "tools/src/test/resources/io/holdfast/tools/store", name);
        if (REWRITE) {
            Files.writeString(source, masked);
        }
        try (InputStream golden = StoreDumpIT.class.getResourceAsStream(name)) {
            assertThat(golden).as(name).isNotNull();
            String expected =
                    REWRITE ? Files.readString(source) : new String(golden.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(masked).isEqualTo(expected);
        }
    }

    // ---- the tail of the log, beside a writer, after a crash

    @Test
    @DisplayName(
            "what only the log knows is folded over the rows, while the writer has the store open and after it died")
    void dump_uncheckpointedTail_folded() {
        SampleStore store = SampleStore.typical(data());
        String beside = dump();
        Map<String, String> alice = rows("sessions").get(0);
        assertThat(alice).containsEntry("next", "5").containsEntry("acknowledged", "1");
        assertThat(alice).containsEntry("inflight", "1").containsEntry("queued", "3");
        assertThat(rows("inflight", "--client", "alice"))
                .singleElement()
                .satisfies(row -> assertThat(row)
                        .containsEntry("packetId", "2")
                        .containsEntry("state", "released")
                        .containsEntry("topic", "home/hall/temperature"));
        assertThat(column(rows("queued", "--client", "alice"), "index")).containsExactly("2", "3", "4");
        assertThat(column(rows("inbound"), "packetId")).containsExactly("7", "65535");
        // As after a kill: closed without a checkpoint of the tail.
        store.close();
        assertThat(dump()).isEqualTo(beside);
    }

    @Test
    @DisplayName("two dumps, one from the log and one from checkpoint rows, tell the same sessions")
    void dump_afterCheckpoint_sameSessions() {
        SampleStore store = SampleStore.typical(data());
        String[] sections = {"--section", "sessions,inflight,inbound,queued"};
        String before = dump(sections);
        for (long number : new long[] {SampleStore.ALICE, SampleStore.BOB, SampleStore.CAROL}) {
            store.checkpoint(number);
        }
        store.commit();
        assertThat(dump(sections)).isEqualTo(before);
        store.folder.rows().flush();
        assertThat(dump(sections)).isEqualTo(before);
        store.close();
    }

    @Test
    @DisplayName("an unsynced group is not shown: nobody has been told of it")
    void dump_unsyncedGroup_absent() {
        SampleStore store = SampleStore.typical(data());
        String before = dump();
        RowBatch batch = new RowBatch();
        batch.put(Table.RETAINED, Keys.text("later".getBytes(StandardCharsets.UTF_8)), new byte[0]);
        store.folder.rows().write(batch);
        assertThat(dump()).isEqualTo(before);
        store.close();
    }

    @Test
    @DisplayName("S18 S26 a session that ended is gone from every section but the log and the topic stubs")
    void dump_endedSession_gone() {
        SampleStore store = SampleStore.typical(data());
        store.end(SampleStore.BOB, "bob");
        store.commit();
        store.close();
        for (String section :
                List.of("sessions", "subscriptions", "inflight", "inbound", "queued", "wills", "timers")) {
            assertThat(column(rows(section), "session")).as(section).doesNotContain("513");
        }
        assertThat(column(rows("topics"), "filter")).contains("home/#");
        assertThat(dump("--section", "log")).contains("1 ended");
        assertThat(exitCode).isZero();
    }

    @Test
    @DisplayName("while a session is connected, what may have been sent says so; after its end only what was")
    void dump_connectedSession_maybeSent() {
        SampleStore store = SampleStore.typical(data());
        assertThat(column(rows("inflight", "--client", "bob"), "state")).containsExactly("maybe-sent");
        store.session(SampleStore.BOB, "bob", 5, 3600, 1, false);
        store.add(new RowOps.Delete(Table.TIMER, Keys.timer(0, SampleStore.BOB, Keys.TimerKind.CONNECTED)));
        store.commit();
        store.close();
        assertThat(column(rows("inflight", "--client", "bob"), "state")).containsExactly("sent");
        assertThat(column(rows("sessions", "--client", "bob"), "state")).containsExactly("offline");
    }

    // ---- topic stubs

    @Test
    @DisplayName(
            "S04 after SUBSCRIBE the dump shows the stub; S05 a second subscriber adds none; it outlives the last and a restart")
    void dump_topicStub_onePerFilterForEver() {
        SampleStore store = new SampleStore(data());
        store.session(SampleStore.ALICE, "alice", 4, -1, 0, false);
        store.session(SampleStore.BOB, "bob", 4, -1, 0, false);
        store.commit();
        assertThat(rows("topics")).isEmpty();
        store.subscribe(SampleStore.ALICE, "t1");
        store.commit();
        List<Map<String, String>> first = rows("topics");
        assertThat(column(first, "filter")).containsExactly("t1");
        store.subscribe(SampleStore.BOB, "t1");
        store.commit();
        assertThat(rows("topics")).isEqualTo(first);
        store.unsubscribe(SampleStore.ALICE, "t1");
        store.unsubscribe(SampleStore.BOB, "t1");
        store.commit();
        assertThat(rows("subscriptions")).isEmpty();
        store.close();
        new SampleStore(data()).close();
        assertThat(rows("topics")).isEqualTo(first);
    }

    // ---- selection

    @Test
    @DisplayName("one client: its rows and no others, also in the log; an unknown one has none")
    void dump_oneClient_onlyItsRows() throws IOException {
        SampleStore.typical(data()).close();
        String alice = dump("--client", "alice", "-o", "jsonl");
        List<String> sessions = column(parse(alice), "session").stream()
                .filter(number -> !number.equals("null"))
                .toList();
        assertThat(sessions).isNotEmpty().containsOnly("257");
        assertThat(alice).doesNotContain("\"session\":513").doesNotContain("\"session\":769");
        assertThat(column(rows("log", "--client", "alice"), "position"))
                .doesNotContain("17")
                .hasSize(3);
        assertThat(rows("subscriptions", "--client", SampleStore.CAROL_ID)).isEmpty();
        assertThat(column(rows("queued", "--client", SampleStore.CAROL_ID), "payloadHex"))
                .containsExactly("0001ff");
        assertThat(rows("sessions,queued,log", "--client", "nobody")).isEmpty();
        assertThat(exitCode).isZero();
    }

    @Test
    @DisplayName("sections can be chosen; an unknown one is wrong usage and names those there are")
    void dump_sections_asAsked() {
        SampleStore.typical(data()).close();
        assertThat(dump("--section", "topics,wills").lines().filter(line -> line.startsWith("==")))
                .containsExactly("== wills", "== topics");
        assertThat(dump("--section", "queue")).isEmpty();
        assertThat(exitCode).isEqualTo(2);
        assertThat(err).contains("queue").contains("queued");
    }

    @Test
    @DisplayName("a queue of many fragments comes in order, each message once")
    void dump_longQueue_inOrder() {
        SampleStore store = new SampleStore(data());
        store.session(SampleStore.ALICE, "alice", 4, -1, 0, false);
        for (int i = 0; i < 1_500; i++) {
            store.publish("t", Integer.toString(i), 1, SampleStore.ALICE);
            if (i % 400 == 399) {
                store.commit();
                store.checkpoint(SampleStore.ALICE);
            }
        }
        store.event(EventKind.ACKNOWLEDGED, SampleStore.ALICE, 3);
        store.commit();
        List<String> payloads = column(rows("queued"), "payload");
        store.close();
        assertThat(payloads).hasSize(1_499).startsWith("0", "1", "2", "4");
        assertThat(payloads.stream().map(Integer::valueOf).toList()).isSorted();
    }

    // ---- damage

    @Test
    @DisplayName("a damaged row is printed in hexadecimal with the reason, the rest is told, exit code 4")
    void dump_damagedRows_printedRaw() throws Exception {
        SampleStore.typical(data()).close();
        RawRows.damage(data(), Table.RETAINED, Keys.text("home/state".getBytes(StandardCharsets.UTF_8)));
        RawRows.damage(data(), Table.SESSION, Keys.number(SampleStore.ALICE));
        String out = dump();
        assertThat(exitCode).isEqualTo(4);
        assertThat(out)
                .contains("!! damaged row in retained: its checksum does not fit; key 0x0000686f6d652f7374617465");
        assertThat(out.lines().filter(line -> line.startsWith("!! damaged row in session")))
                .as("told once, though many sections need it")
                .hasSize(1);
        assertThat(out).contains("bob").contains("home/#");
        List<Map<String, String>> damaged = parse(dump("-o", "jsonl")).stream()
                .filter(row -> "damaged".equals(row.get("section")))
                .toList();
        assertThat(column(damaged, "table")).containsExactly("session", "retained");
        assertThat(damaged.get(1)).containsEntry("key", "0000686f6d652f7374617465");
        assertThat(damaged.get(1).get("value")).hasSizeGreaterThan(20);
    }

    @Test
    @DisplayName("a damaged fragment, message, window or log row each: exit code 4, and every other session is told")
    void dump_damageOfEachKind_restTold() throws Exception {
        @SuppressWarnings("ArrayRecordComponent")
        record Case(Table table, byte[] key, String says) {}
        List<Case> cases = List.of(
                new Case(Table.QUEUE, Keys.queue(SampleStore.ALICE, 0), "damaged row in queue"),
                new Case(Table.INFLIGHT, Keys.number(SampleStore.ALICE), "damaged row in inflight"),
                new Case(Table.MESSAGE, Keys.number(2), "damaged row in message"),
                new Case(Table.LOG, Keys.number(3), "a log row is lost"),
                new Case(Table.CLIENT, Keys.text("bob".getBytes(StandardCharsets.UTF_8)), "damaged row in client"));
        for (Case each : cases) {
            Path origin = data();
            if (Files.exists(origin)) {
                delete(origin);
            }
            SampleStore.typical(origin).close();
            RawRows.damage(origin, each.table, each.key);
            String out = each.table == Table.CLIENT ? dump("--client", "bob") : dump();
            assertThat(exitCode).as(each.says).isEqualTo(4);
            assertThat(out)
                    .contains(each.says)
                    .contains(" bob\n")
                    .contains(each.table == Table.CLIENT ? "home/#" : " carol");
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(folder)) {
            paths = new ArrayList<>(walk.toList());
        }
        for (int i = paths.size() - 1; i >= 0; i--) {
            Files.delete(paths.get(i));
        }
    }

    @Test
    @DisplayName("a record that is none of its table, under a right checksum, is told as such")
    void dump_undecodableRecords_printedRaw() {
        SampleStore store = SampleStore.typical(data());
        store.put(Table.WILL, Keys.number(SampleStore.ALICE), new byte[] {0x0a, 100});
        store.put(Table.LOG, Keys.number(4), new byte[] {0x1a, 2, 2, 2});
        store.put(Table.TOPIC, Keys.text(new byte[] {'z'}), new byte[] {-1});
        store.commit();
        store.close();
        String out = dump();
        assertThat(exitCode).isEqualTo(4);
        assertThat(out.lines().filter(line -> line.startsWith("!! damaged row")).map(line -> line.split(" ", -1)[4]))
                .containsExactly("log:", "will:", "topic:");
        assertThat(out).contains("no record of this table").contains("value of 2 bytes 0x0a64");
    }

    // ---- folders

    @Test
    @DisplayName("a folder that is missing, foreign or newer: one sentence, exit code 6 or 7, and nothing is made")
    void dump_noStore_refused() throws IOException {
        assertThat(dump()).isEmpty();
        assertThat(exitCode).isEqualTo(6);
        assertThat(Files.exists(data())).isFalse();

        Files.createDirectories(data());
        Files.writeString(data().resolve("notes.txt"), "mine");
        assertThat(dump()).isEmpty();
        assertThat(exitCode).isEqualTo(6);
        delete(data());

        SampleStore.typical(data()).close();
        Path marker = data().resolve("holdfast-store");
        Files.writeString(marker, Files.readString(marker).replace("format=2", "format=99"));
        assertThat(dump()).isEmpty();
        assertThat(exitCode).isEqualTo(7);
        assertThat(err.lines()).hasSize(3).allMatch(line -> line.startsWith("holdfast: "));
    }

    @Test
    @DisplayName("a dump changes nothing in the folder")
    void dump_always_writesNothing() throws IOException {
        SampleStore.typical(data()).close();
        Map<Path, String> before = snapshot();
        dump();
        dump("-o", "jsonl", "--client", "alice");
        assertThat(snapshot()).isEqualTo(before);
    }

    private Map<Path, String> snapshot() throws IOException {
        Map<Path, String> files = new LinkedHashMap<>();
        try (Stream<Path> walk = Files.walk(data())) {
            for (Path path : walk.sorted().toList()) {
                files.put(path, Files.size(path) + " " + Files.getLastModifiedTime(path));
            }
        }
        return files;
    }

    @Test
    @DisplayName("when nobody reads the output any more, the dump ends with exit code 1")
    void dump_readerGone_ends() {
        SampleStore.typical(data()).close();
        PrintWriter gone = new PrintWriter(new Writer() {
            @Override
            public void write(char @Nullable [] characters, int offset, int length) throws IOException {
                throw new IOException("Broken pipe");
            }

            @Override
            public void flush() {
                // Nothing is kept.
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        });
        int code = new CommandLine(new StoreVerb()).setOut(gone).execute("dump", "--data", data().toString());
        assertThat(code).isEqualTo(1);
    }
}
