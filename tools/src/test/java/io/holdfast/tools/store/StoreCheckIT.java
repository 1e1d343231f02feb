// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import static io.holdfast.tools.store.DumpRun.column;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.check.Check;
import io.holdfast.storage.commit.StopNotes;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.record.CleanStop;
import io.holdfast.storage.record.InflightRecord;
import io.holdfast.storage.record.NextSession;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.MetaRow;
import io.holdfast.storage.schema.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StoreCheckIT {
    @TempDir
    Path folder;

    private Path data() {
        return folder.resolve("data");
    }

    private DumpRun check(String... options) {
        return DumpRun.verb("check", data(), options);
    }

    /** The checks that found something, and whether any of it is damage. */
    private Set<String> found(String... options) {
        return Set.copyOf(column(findings(options), "check"));
    }

    private List<Map<String, String>> findings(String... options) {
        String[] all = Arrays.copyOf(options, options.length + 2);
        all[options.length] = "-o";
        all[options.length + 1] = "jsonl";
        return DumpRun.parse(check(all).out());
    }

    // ---- a sound store

    @Test
    @DisplayName("a store is clean, in use, after a kill, behind its checkpoint, and after a clean stop")
    void check_soundStore_clean() throws Exception {
        SampleStore store = SampleStore.typical(data());
        assertThat(check().out()).isEqualTo("clean\n");
        store.close();
        assertThat(check("--deep").out()).isEqualTo("clean\n");
        store = new SampleStore(data());
        store.committer.stopCleanly(new StopNotes(3, 0));
        store.close();
        // the sample's sessions were not counted again after its first end, so no counters were saved
        assertThat(check("--deep").exitCode()).isZero();
        RawRows.flush(data());
        assertThat(check("--deep").out()).isEqualTo("clean\n");
        assertThat(check("-o", "jsonl").out()).isEmpty();
        assertThat(check("-o", "json").out()).isEqualTo("[]\n");
    }

    @Test
    @DisplayName("a queue of many fragments, partly in rows and partly in the log, is clean")
    void check_longQueue_clean() {
        SampleStore store = longQueue();
        store.close();
        assertThat(check("--deep").out()).isEqualTo("clean\n");
    }

    private SampleStore longQueue() {
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
        return store;
    }

    // ---- what each check finds

    /** Breaks a sample store. */
    interface Breakage {
        void apply(Path data) throws Exception;
    }

    /** One way to break a store, and what has to be found. */
    record Case(Check check, int exitCode, String says, String how, Breakage breakage) {
        @Override
        public String toString() {
            return check.title() + ": " + how;
        }
    }

    private static final byte[] ALICE = Keys.number(SampleStore.ALICE);

    private static byte[] subscription(String filter) {
        return Keys.subscription(SampleStore.BOB, filter.getBytes(StandardCharsets.UTF_8));
    }

    private static void session(Path data, UnaryOperator<SessionRecord.Builder> change) throws Exception {
        RawRows.edit(data, Table.SESSION, ALICE, record -> {
            try {
                return change.apply(SessionRecord.parseFrom(record).toBuilder())
                        .build()
                        .toByteArray();
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static void window(Path data, UnaryOperator<InflightRecord.Builder> change) throws Exception {
        RawRows.edit(data, Table.INFLIGHT, ALICE, record -> {
            try {
                return change.apply(InflightRecord.parseFrom(record).toBuilder())
                        .build()
                        .toByteArray();
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        });
    }

    static Stream<Case> cases() {
        return Stream.of(rows(), files(), sessions(), references(), counters()).flatMap(cases -> cases);
    }

    private static Stream<Case> rows() {
        return Stream.of(
                new Case(Check.BLOCK, 4, "hecksum", "a byte of a table file", StoreCheckIT::spoilTableFile),
                new Case(
                        Check.KEY,
                        4,
                        "bytes instead of",
                        "a key that is too short",
                        data -> RawRows.put(data, Table.TIMER, new byte[] {0, 0, 1}, new byte[0])),
                new Case(
                        Check.KEY,
                        4,
                        "partition",
                        "a key of another partition",
                        data -> RawRows.put(data, Table.WILL, new byte[] {0, 1, 0, 0, 0, 0, 0, 0, 1, 1}, new byte[0])),
                new Case(
                        Check.CHECKSUM,
                        4,
                        "checksum does not fit",
                        "a bit of a retained message",
                        data -> RawRows.damage(
                                data, Table.RETAINED, Keys.text("home/state".getBytes(StandardCharsets.UTF_8)))),
                new Case(
                        Check.RECORD,
                        4,
                        "no record of this table",
                        "a will that is none",
                        data -> RawRows.put(data, Table.WILL, ALICE, new byte[] {0x0a, 100})),
                new Case(
                        Check.RECORD,
                        4,
                        "no record of this table",
                        "a log row that is none",
                        data -> RawRows.put(data, Table.LOG, Keys.number(4), new byte[] {0x1a, 2, 2, 2})));
    }

    private static Stream<Case> files() {
        return Stream.of(
                new Case(Check.META, 4, "another store", "a marker of another store", StoreCheckIT::renameStore),
                new Case(
                        Check.WATERMARK, 3, "missing", "no watermark", data -> Files.delete(data.resolve("watermark"))),
                new Case(Check.LOG, 4, "rows before what was on disk", "rows of an older day", StoreCheckIT::turnBack),
                new Case(
                        Check.POSITION,
                        4,
                        "a group is missing",
                        "no log row in the middle",
                        data -> RawRows.delete(data, Table.LOG, Keys.number(4))),
                new Case(
                        Check.POSITION,
                        4,
                        "behind the end of the log",
                        "a message from the future",
                        data -> RawRows.put(data, Table.MESSAGE, Keys.number(1_000), new byte[0])),
                new Case(
                        Check.FLOOR,
                        4,
                        "rows and log know of 0 only",
                        "the log cut too far",
                        data -> RawRows.delete(data, Table.LOG, Keys.number(3))),
                new Case(Check.FLOOR, 4, "the log is empty", "no log at all", StoreCheckIT::dropLog));
    }

    private static Stream<Case> sessions() {
        return Stream.of(
                new Case(
                        Check.CHECKPOINT,
                        4,
                        "in no readable row",
                        "a queue without its fragment",
                        StoreCheckIT::dropQueue),
                new Case(
                        Check.CHECKPOINT,
                        4,
                        "or is owed otherwise",
                        "a window with another message",
                        data -> window(data, row -> row.setWindow(1, 1))),
                new Case(
                        Check.CHECKPOINT,
                        4,
                        "outside those from",
                        "a settled index of the future",
                        data -> window(data, row -> row.addSettled(77))),
                new Case(
                        Check.ORDER,
                        4,
                        "behind message 8",
                        "messages out of order",
                        data -> window(data, row -> row.setWindow(1, 8))),
                new Case(
                        Check.PACKET_ID,
                        4,
                        "everything below index 100",
                        "more sent than there was",
                        data -> session(data, row -> row.setSentThrough(100))),
                new Case(
                        Check.MESSAGE,
                        4,
                        "message 2, index 1 of this session",
                        "a message gone",
                        data -> RawRows.delete(data, Table.MESSAGE, Keys.number(2))),
                new Case(
                        Check.ORIGIN,
                        4,
                        "a group that it does not name",
                        "an entry of an unknown group",
                        data -> window(data, row -> row.setWindow(2, row.getWindow(2) | Delivery.GROUP))));
    }

    private static Stream<Case> references() {
        return Stream.of(
                new Case(
                        Check.REFERENCE,
                        3,
                        "its client would not find it",
                        "no row of the client",
                        data -> RawRows.delete(
                                data, Table.CLIENT, Keys.text("alice".getBytes(StandardCharsets.UTF_8)))),
                new Case(
                        Check.REFERENCE,
                        3,
                        "its session is not there",
                        "a subscription of nobody",
                        data -> RawRows.put(
                                data, Table.SUBSCRIPTION, Keys.subscription(999, new byte[] {'a'}), new byte[0])),
                new Case(
                        Check.REFERENCE,
                        3,
                        "no timer says so",
                        "a session that would stay for ever",
                        data -> session(data, row -> row.setExpirySeconds(5))),
                new Case(
                        Check.REFERENCE,
                        3,
                        "the topic registry",
                        "no topic stub",
                        data -> RawRows.delete(
                                data, Table.TOPIC, Keys.text("home/#".getBytes(StandardCharsets.UTF_8)))));
    }

    private static Stream<Case> counters() {
        return Stream.of(
                new Case(
                        Check.COUNTER,
                        4,
                        "give this session's number away again",
                        "the next session number too low",
                        data -> RawRows.put(
                                data,
                                Table.META,
                                MetaRow.NEXT_SESSION.key(),
                                NextSession.newBuilder().setSequence(2).build().toByteArray())),
                new Case(
                        Check.COUNTER,
                        3,
                        "the clean stop counted 7 sessions",
                        "a clean stop that counted wrongly",
                        data -> RawRows.put(
                                data,
                                Table.META,
                                MetaRow.CLEAN_STOP.key(),
                                CleanStop.newBuilder()
                                        .setPosition(10)
                                        .setSessions(7)
                                        .build()
                                        .toByteArray())),
                new Case(
                        Check.MEMBERSHIP,
                        3,
                        "its group 4711 is not there",
                        "a member of no group",
                        data -> RawRows.put(
                                data,
                                Table.SUBSCRIPTION,
                                subscription("$share/g/home/#"),
                                SubscriptionRecord.newBuilder()
                                        .setGroup(4711)
                                        .build()
                                        .toByteArray())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    @DisplayName("K34 each check finds what it is there for, and its finding says where and what to do")
    void check_broken_found(Case broken) throws Exception {
        SampleStore store = SampleStore.typical(data());
        store.event(EventKind.ACKNOWLEDGED, SampleStore.BOB, 0);
        store.commit();
        store.close();
        assertThat(check("--deep").out()).isEqualTo("clean\n");
        broken.breakage.apply(data());
        DumpRun run = check("--deep");
        assertThat(run.exitCode()).as(run.out()).isEqualTo(broken.exitCode);
        assertThat(run.out())
                .contains(broken.check.meaning())
                .contains(broken.check.advice())
                .contains(broken.says);
        assertThat(found("--deep")).contains(broken.check.title());
    }

    @Test
    @DisplayName("there is a test for every check")
    void checks_always_allTested() {
        assertThat(cases().map(Case::check).collect(Collectors.toSet())).isEqualTo(EnumSet.allOf(Check.class));
    }

    @Test
    @DisplayName("a finding names table, key and session")
    void check_finding_saysWhere() throws Exception {
        SampleStore.typical(data()).close();
        RawRows.damage(data(), Table.INFLIGHT, ALICE);
        assertThat(findings())
                .anySatisfy(row -> assertThat(row)
                        .containsEntry("severity", "damage")
                        .containsEntry("check", "checksum")
                        .containsEntry("table", "inflight")
                        .containsEntry("key", "00000000000000000101")
                        .containsEntry("session", "257")
                        .containsEntry("what", "its checksum does not fit")
                        .containsKeys("meaning", "advice"));
    }

    @Test
    @DisplayName("a damaged message is seen by a deep check alone, which says that it reads more")
    void check_damagedMessage_deepOnly() throws Exception {
        SampleStore.typical(data()).close();
        RawRows.damage(data(), Table.MESSAGE, Keys.number(6));
        assertThat(found("--deep")).containsExactly("checksum");
        assertThat(check("--deep").exitCode()).isEqualTo(4);
        assertThat(check().exitCode()).isZero();
    }

    @Test
    @DisplayName("of a thousand findings of one kind so many are printed, and all are counted")
    void check_manyFindings_limited() throws Exception {
        longQueue().close();
        try (Stream<Integer> ids = Stream.iterate(10, i -> i + 10).limit(20)) {
            for (int id : ids.toList()) {
                RawRows.delete(data(), Table.MESSAGE, Keys.number(id));
            }
        }
        DumpRun run = check("--limit", "3");
        assertThat(run.out().lines().filter(line -> line.startsWith("damage"))).hasSize(3);
        assertThat(run.out()).contains("20 findings, 20 of them damage").contains("message (20)");
    }

    // ---- ways to break

    private static void spoilTableFile(Path data) throws Exception {
        RawRows.flush(data);
        try (Stream<Path> files = Files.list(data.resolve("rows"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".sst")).toList()) {
                byte[] content = Files.readAllBytes(file);
                content[20] ^= 0x40; // within the first block of rows
                Files.write(file, content);
            }
        }
    }

    private static void renameStore(Path data) throws IOException {
        Path marker = data.resolve("holdfast-store");
        Files.writeString(marker, Files.readString(marker).replaceAll("id=.{8}", "id=00000000"));
    }

    /** Rows of the day before under the watermark of today. */
    private static void turnBack(Path data) throws Exception {
        Path kept = data.resolveSibling("kept");
        copy(data.resolve("rows"), kept);
        SampleStore store = new SampleStore(data);
        store.session(9 << 8, "later", 4, -1, 0, false);
        store.commit();
        store.close();
        try (Stream<Path> files = Files.list(data.resolve("rows"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        copy(kept, data.resolve("rows"));
        Files.delete(data.resolve("file-list")); // Without it, as after an older broker, the log has to tell.
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private static void dropLog(Path data) throws Exception {
        for (long position : new long[] {3, 4, 9, 10}) {
            RawRows.delete(data, Table.LOG, Keys.number(position));
        }
    }

    private static void dropQueue(Path data) throws Exception {
        RawRows.delete(data, Table.QUEUE, Keys.queue(SampleStore.ALICE, 0));
        window(data, InflightRecord.Builder::clearWindow);
    }
}
