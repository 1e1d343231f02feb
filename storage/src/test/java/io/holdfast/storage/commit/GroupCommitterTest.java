// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import static io.holdfast.storage.commit.CommitFixture.handOver;
import static io.holdfast.storage.commit.CommitFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.protocol.testkit.Seeded;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.LogEntryReader;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.record.InflightRecord;
import io.holdfast.storage.record.LogEntry;
import io.holdfast.storage.record.NextSession;
import io.holdfast.storage.record.RetainedRecord;
import io.holdfast.storage.record.StoredMessage;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.MetaRow;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class GroupCommitterTest {
    private static final long ONE = 257;
    private static final long TWO = 513;

    private final CommitFixture fixture = new CommitFixture();

    @Test
    @DisplayName("a group of n messages takes ids first to first + n - 1, and position first + n is its one log row")
    void build_twoGroups_idsAndPositions() throws InvalidProtocolBufferException {
        MessageOp first = fixture.message("a/b", "hello", ONE);
        MessageOp second = fixture.message("a/c", "world", ONE, TWO);
        Group group = fixture.commit(handOver(first), handOver(second));
        assertThat(first.id()).isEqualTo(1);
        assertThat(second.id()).isEqualTo(2);
        assertThat(group.position()).isEqualTo(3);
        MessageOp third = fixture.message("a/b", "again", TWO);
        assertThat(fixture.commit(third).position()).isEqualTo(5);
        assertThat(third.id()).isEqualTo(4);

        assertThat(fixture.numbers(Table.LOG)).containsExactly(3L, 5L);
        assertThat(fixture.numbers(Table.MESSAGE)).containsExactly(1L, 2L, 4L);
        LogEntry entry = fixture.logAt(3);
        assertThat(entry.getMessages()).isEqualTo(2);
        assertThat(entry.getTimeMillis()).isEqualTo(fixture.now);
        StoredMessage stored = StoredMessage.parseFrom(fixture.record(Table.MESSAGE, Keys.number(2)));
        assertThat(stored.getTopic().toStringUtf8()).isEqualTo("a/c");
        assertThat(stored.getPayload().toStringUtf8()).isEqualTo("world");
    }

    @Seeded(runs = 20)
    @DisplayName(
            "messages that share lists of recipients keep them, in whatever order the lists come, group after group")
    void build_sharedRecipients_eachMessageItsOwn(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Recipients> lists = new ArrayList<>();
        for (int size = 1; size <= 4; size++) {
            Recipients list = new Recipients(size);
            random.longs(size, 1, 1 << 20).forEach(number -> list.add(number, random.nextInt(1, 3), null));
            lists.add(list);
        }
        Message message = Message.of(utf8("t"), utf8("x"), 1, false, 0, fixture.now);
        for (int round = 0; round < 3; round++) {
            MessageOp[] ops = random.ints(random.nextInt(2, 20), 0, lists.size())
                    .mapToObj(i -> new MessageOp(message, lists.get(i), Recipients.NONE, 0))
                    .toArray(MessageOp[]::new);
            long position = fixture.commit(ops).position();
            List<String> told = new ArrayList<>();
            new LogEntryReader(position, fixture.record(Table.LOG, Keys.number(position))).accept(new Told(told));
            List<String> expected = new ArrayList<>();
            for (MessageOp op : ops) {
                for (int i = 0; i < op.recipients().size(); i++) {
                    expected.add(op.id() + " to " + op.recipients().number(i) + " flags "
                            + op.recipients().flags(i));
                }
            }
            assertThat(told).isEqualTo(expected);
        }
    }

    private record Told(List<String> lines) implements LogEntryReader.Visitor {
        @Override
        public void recipient(long messageId, long number, int flags, int storedBytes, int @Nullable [] identifiers) {
            lines.add(messageId + " to " + number + " flags " + flags);
        }

        @Override
        public void moved(long source, long index, long target, long messageId, int flags, int identifier) {
            lines.add("moved");
        }

        @Override
        public void event(EventKind kind, long number, long index) {
            lines.add("event");
        }

        @Override
        public void ended(long number) {
            lines.add("ended");
        }
    }

    @Test
    @DisplayName("a group without messages or events writes no log row and keeps the position")
    void build_rowsOnly_noLogRow() {
        fixture.commit(fixture.message("a", "1", ONE));
        Group group = fixture.commit(new RowOps.Put(Table.CLIENT, Keys.text(utf8("c")), new byte[] {8, 1}));
        assertThat(group.position()).isEqualTo(2);
        assertThat(fixture.numbers(Table.LOG)).containsExactly(2L);
        assertThat(fixture.texts(Table.CLIENT)).containsExactly("c");
    }

    @Test
    @DisplayName("events alone make a log row of one id")
    void build_eventsOnly_oneLogRow() {
        HandOver acks = new HandOver(0);
        acks.event(EventKind.ACKNOWLEDGED, ONE, 4, 9);
        acks.event(EventKind.ACKNOWLEDGED, ONE, 5, 9);
        Group group = fixture.commit(acks);
        assertThat(group.position()).isEqualTo(1);
        assertThat(group.urgent()).isFalse();
        LogEntry entry = fixture.logAt(1);
        assertThat(entry.getMessages()).isZero();
        assertThat(entry.getAcknowledgedList()).containsExactly(ONE, 4L, 2L);
    }

    @Test
    @DisplayName("a message that nobody keeps takes an id but no row")
    void build_noRecipients_noMessageRow() {
        MessageOp op = fixture.retained("a", "x");
        fixture.commit(op);
        assertThat(op.id()).isEqualTo(1);
        assertThat(fixture.numbers(Table.MESSAGE)).isEmpty();
        assertThat(fixture.numbers(Table.LOG)).containsExactly(2L);
    }

    @Test
    @DisplayName("retained row: protobuf's RetainedRecord, the last in commit order wins, an empty payload removes it")
    void build_retained_lastWins() throws InvalidProtocolBufferException {
        fixture.commit(handOver(fixture.retained("r", "one")), handOver(fixture.retained("r", "two")));
        byte[] record = fixture.record(Table.RETAINED, Keys.text(utf8("r")));
        RetainedRecord retained = RetainedRecord.parseFrom(record);
        assertThat(retained.getMessageId()).isEqualTo(2);
        assertThat(retained.getMessage().getPayload().toStringUtf8()).isEqualTo("two");
        assertThat(record).isEqualTo(retained.toByteArray());
        fixture.commit(fixture.retained("r", ""));
        assertThat(fixture.texts(Table.RETAINED)).isEmpty();
        fixture.commit(handOver(fixture.retained("r", "")), handOver(fixture.retained("r", "back")));
        assertThat(fixture.texts(Table.RETAINED)).containsExactly("r");
    }

    @Test
    @DisplayName("C01 X of a window row is the position of the last group before the one that carries it")
    void build_windowRow_eventsThroughPreviousGroup() throws InvalidProtocolBufferException {
        fixture.commit(fixture.message("a", "1", ONE));
        fixture.commit(handOver(fixture.message("a", "2", ONE), new RowOps.Window(ONE, new byte[] {24, 2})));
        InflightRecord row = InflightRecord.parseFrom(fixture.record(Table.INFLIGHT, Keys.number(ONE)));
        assertThat(row.getEventsThrough()).isEqualTo(2);
        assertThat(row.getNext()).isEqualTo(2);
    }

    @Test
    @DisplayName("C09 the next session number is in each batch that makes one, never falls, and survives a crash")
    void build_newSessions_nextNumberNeverFalls() throws InvalidProtocolBufferException {
        assertThat(fixture.start.nextSession()).isEqualTo(1);
        fixture.commit(handOver(new RowOps.NewSession(9)), handOver(new RowOps.NewSession(4)));
        assertThat(NextSession.parseFrom(fixture.record(Table.META, MetaRow.NEXT_SESSION.key()))
                        .getSequence())
                .isEqualTo(10);
        fixture.crash(0);
        assertThat(fixture.start.nextSession()).isEqualTo(10);
        fixture.commit(new RowOps.NewSession(2));
        fixture.crash(0);
        assertThat(fixture.start.nextSession()).isEqualTo(10);
    }

    @Test
    @DisplayName("the names of meta rows are those that the schema declares")
    void metaRows_names_asDeclared() {
        assertThat(Keys.meta(RowOps.NEXT_SESSION)).isEqualTo(MetaRow.NEXT_SESSION.key());
        assertThat(Keys.meta(GroupCommitter.CLEAN_STOP)).isEqualTo(MetaRow.CLEAN_STOP.key());
    }

    @Test
    @DisplayName("the listener hears of groups only after their sync, all of them, in order")
    void complete_afterSync_inOrder() {
        Group first = fixture.committer.build(List.of(handOver(fixture.message("a", "1", ONE))), 1);
        fixture.committer.complete();
        assertThat(fixture.committed).isEmpty();
        Group second = fixture.committer.build(List.of(handOver(fixture.message("a", "2", ONE))), 1);
        assertThat(fixture.committer.hasUnsynced()).isTrue();
        fixture.committer.sync();
        assertThat(fixture.committer.hasUnsynced()).isFalse();
        assertThat(fixture.committed).isEmpty();
        fixture.committer.complete();
        assertThat(fixture.committed).containsExactly(first, second);
        assertThat(fixture.store.syncs()).isEqualTo(1);
        fixture.committer.complete();
        assertThat(fixture.committed).hasSize(2);
    }

    @Test
    @DisplayName("a failed write or sync is told, completes nothing, and everything after it fails too")
    void build_storeFails_nothingCompletes() {
        fixture.store.failNextSync("device gone");
        fixture.committer.build(List.of(handOver(fixture.message("a", "1", ONE))), 1);
        assertThatThrownBy(fixture.committer::sync).isInstanceOf(StoreException.class);
        fixture.committer.complete();
        assertThat(fixture.committed).isEmpty();
        assertThatThrownBy(() -> fixture.commit(fixture.message("a", "2", ONE))).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> fixture.committer.stopCleanly(new StopNotes(0, 0)))
                .isInstanceOf(StoreException.class);
        fixture.crash(0);
        fixture.store.failNextWrite("disk full");
        assertThatThrownBy(() -> fixture.commit(fixture.message("a", "2", ONE))).hasMessageContaining("disk full");
        assertThat(fixture.committed).isEmpty();
    }

    @Test
    @DisplayName("C34 a wall clock that jumps back does not reach the log, also over a restart")
    void build_clockJumpsBack_timeStands() {
        fixture.now = 5_000;
        fixture.commit(fixture.message("a", "1", ONE));
        fixture.now = 3_000;
        assertThat(fixture.commit(fixture.message("a", "2", ONE)).timeMillis()).isEqualTo(5_000);
        fixture.crash(0);
        assertThat(fixture.start.lastTimeMillis()).isEqualTo(5_000);
        assertThat(fixture.commit(fixture.message("a", "3", ONE)).timeMillis()).isEqualTo(5_000);
        assertThat(fixture.logAt(6).getTimeMillis()).isEqualTo(5_000);
    }

    @Test
    @DisplayName("C09 positions go on after a crash, behind every group that was kept and over those that were lost")
    void crash_unsyncedGroups_positionsGoOn() {
        fixture.commit(fixture.message("a", "1", ONE));
        for (int i = 0; i < 3; i++) {
            fixture.committer.build(List.of(handOver(fixture.message("a", "x", ONE))), 1);
        }
        fixture.crash(1);
        assertThat(fixture.committer.position()).isEqualTo(4);
        MessageOp next = fixture.message("a", "2", ONE);
        fixture.commit(next);
        assertThat(next.id()).isEqualTo(5);
        assertThat(fixture.numbers(Table.LOG)).containsExactly(2L, 4L, 6L);
    }

    private void turnOfTheHand() {
        long applied = fixture.committer.position();
        for (int i = 0; i < EventFloor.SEGMENTS; i++) {
            int segment = fixture.committer.enterSegment(applied);
            assertThat(segment).isNotNegative();
            assertThat(fixture.committer.enterSegment(applied))
                    .as("one visit at a time")
                    .isEqualTo(-1);
            fixture.commit(new RowOps.SegmentDone(segment, applied));
        }
        assertThat(fixture.committer.enterSegment(applied)).isEqualTo(-1);
    }

    @Test
    @DisplayName("C09 the event floor deletes log rows up to it, but never the newest one")
    void deleteDead_handPassed_newestRowStays() {
        for (int i = 0; i < 5; i++) {
            fixture.commit(fixture.message("a", "1", ONE));
        }
        fixture.committer.deleteDead(fixture.now);
        assertThat(fixture.numbers(Table.LOG)).hasSize(5);
        turnOfTheHand();
        fixture.committer.deleteDead(fixture.now);
        assertThat(fixture.numbers(Table.LOG)).containsExactly(10L);
        assertThat(fixture.reclaimable).as("not before it is durable").isEmpty();
        fixture.committer.sync();
        fixture.committer.complete();
        assertThat(fixture.reclaimable).containsExactly("LOG 0-10");
        fixture.crash(0);
        assertThat(fixture.start.position()).isEqualTo(10);
    }

    @Test
    @DisplayName("C08 C09 dead blocks of messages go with an idle deletion; live ones stay, also over a crash")
    void deleteDead_settledBlock_messagesGo() {
        fixture.commit(new RowOps.Put(Table.SESSION, Keys.number(ONE), new byte[0]));
        MessageOp first = fixture.message("a", "1", ONE);
        fixture.commit(first);
        HandOver many = new HandOver(0);
        for (int i = 0; i < 2 * CommitSizes.STANDARD.blockMessages(); i++) {
            many.addUrgent(fixture.message("a", "x", i < 9_000 && i > 8_000 ? new long[] {ONE} : new long[0]), 0);
        }
        fixture.commit(many);
        fixture.committer.deleteDead(fixture.now);
        assertThat(fixture.numbers(Table.MESSAGE))
                .as("block 0 is needed for its first message")
                .contains(first.id());

        fixture.crash(0);
        HandOver ack = new HandOver(0);
        ack.event(EventKind.ACKNOWLEDGED, ONE, 0, first.id());
        fixture.commit(ack);
        fixture.committer.deleteDead(fixture.now);
        assertThat(fixture.numbers(Table.MESSAGE)).as("not counted yet").contains(first.id());
        long[] claims = fixture.numbers(Table.MESSAGE).stream()
                .mapToLong(Long::longValue)
                .filter(id -> id != first.id())
                .toArray();
        fixture.commit(new EndOp.Count(ONE, claims));
        fixture.committer.deleteDead(fixture.now);
        assertThat(fixture.numbers(Table.MESSAGE)).containsExactly(box(claims));
    }

    private static Long[] box(long[] values) {
        Long[] boxed = new Long[values.length];
        for (int i = 0; i < values.length; i++) {
            boxed[i] = values[i];
        }
        return boxed;
    }

    @Test
    @DisplayName("C08 counters of a clean stop are trusted; one group later they are gone")
    void stopCleanly_thenCrash_countedAgain() {
        fixture.commit(new RowOps.Put(Table.SESSION, Keys.number(ONE), new byte[0]));
        fixture.commit(fixture.message("a", "1", ONE));
        assertThat(fixture.counters()).containsExactly("0=1");
        fixture.stopAndStart();
        assertThat(fixture.start.isClean()).isTrue();
        assertThat(fixture.start.sessionsToCount()).isEmpty();
        assertThat(fixture.counters()).containsExactly("0=1");

        fixture.commit(new RowOps.Put(Table.CLIENT, Keys.text(utf8("c")), new byte[] {8, 1}));
        assertThat(fixture.store.get(Table.META, MetaRow.CLEAN_STOP.key())).isNull();
        fixture.crash(0);
        assertThat(fixture.start.isClean()).isFalse();
        assertThat(fixture.start.sessionsToCount()).containsExactly(ONE);
    }

    @Test
    @DisplayName("C08 a clean stop before the recount has ended leaves no counters")
    void stopCleanly_recountUnderWay_noMark() {
        fixture.commit(new RowOps.Put(Table.SESSION, Keys.number(ONE), new byte[0]));
        fixture.commit(fixture.message("a", "1", ONE));
        fixture.crash(0);
        fixture.stopAndStart();
        assertThat(fixture.start.isClean()).isFalse();
        assertThat(fixture.start.sessionsToCount()).containsExactly(ONE);
    }

    @Test
    @DisplayName("C08 a mark of a clean stop that other groups have outlived is not trusted")
    void read_markBehindLog_notTrusted() {
        fixture.commit(fixture.message("a", "1", ONE));
        fixture.committer.stopCleanly(new StopNotes(0, 0));
        byte[] mark = fixture.record(Table.META, MetaRow.CLEAN_STOP.key());
        fixture.commit(fixture.message("a", "2", ONE));
        fixture.commit(new RowOps.Put(Table.META, MetaRow.CLEAN_STOP.key(), mark));
        fixture.crash(0);
        assertThat(fixture.start.isClean()).isFalse();
    }

    @Test
    @DisplayName("C19 a message for a session that had ended is given back to the counters without a log entry")
    void gone_endedSession_counterFalls() {
        fixture.commit(fixture.message("a", "1", ONE, TWO));
        HandOver back = new HandOver(0);
        back.gone(TWO, 1);
        assertThat(fixture.commit(back).position()).isEqualTo(2);
        assertThat(fixture.counters()).containsExactly("0=1");
    }
}
