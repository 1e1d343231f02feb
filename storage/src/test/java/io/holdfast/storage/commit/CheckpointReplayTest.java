// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeded;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.log.LogTail;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.QueueWalk;
import io.holdfast.storage.log.SessionModel;
import io.holdfast.storage.log.SessionRows;
import io.holdfast.storage.log.SessionScan;
import io.holdfast.storage.log.SessionState;
import io.holdfast.storage.log.SessionTails;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;

/**
 * One shard's sessions live on in memory and in a naive model; at random moments their rows are written and the broker
 * dies. What the replay makes of rows and log must be what memory held at the last durable group. The index space is
 * tiny, so that identifiers and the inline window wrap all the time.
 */
class CheckpointReplayTest {
    private static final IndexSpace SPACE = new IndexSpace(15, 7, 3);
    private static final int STEPS = 500;
    private static final int SESSIONS = 4;

    /** A session as its shard keeps it. */
    private static final class Live {
        final long number;
        SessionState state;
        final SessionModel model = new SessionModel();
        final Set<Long> touched = new HashSet<>();
        final Set<Integer> touchedInbound = new HashSet<>();
        final List<SessionRows.Range> fragments = new ArrayList<>();
        long sentThrough;
        long onDisk;
        long checkpointNext;
        boolean changed;

        Live(long number) {
            this.number = number;
            state = new SessionState(number, SPACE);
        }
    }

    private final CommitFixture fixture = new CommitFixture(SPACE, 1);
    private final List<Live> sessions = new ArrayList<>();
    private HandOver out = new HandOver(0);
    private SplittableRandom random = new SplittableRandom(1);

    @Seeded(runs = 120)
    @DisplayName("C01 C04 C05 C06 rows written at any moment and the log behind them give back what memory held")
    void crash_atRandomMoments_replayGivesSameSessions(long seed) {
        random = new SplittableRandom(seed);
        for (int i = 1; i <= SESSIONS; i++) {
            Live live = new Live(i * 256L + i);
            sessions.add(live);
            out.add(new RowOps.Put(Table.SESSION, Keys.number(live.number), new byte[0]), 0);
        }
        commit();
        for (int step = 0; step < STEPS; step++) {
            Live live = sessions.get(random.nextInt(SESSIONS));
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> publish();
                case 3, 4, 5 -> settleOne(live);
                case 6 -> release(live);
                case 7 -> inbound(live);
                case 8 -> dropOne(live);
                case 9 -> checkpoint(live);
                case 10 -> commit();
                default -> {
                    if (random.nextInt(4) == 0) {
                        crash();
                    }
                }
            }
        }
        crash();
    }

    private void publish() {
        Recipients to = new Recipients(SESSIONS);
        for (Live live : sessions) {
            if (random.nextInt(3) > 0) {
                int[] identifiers = random.nextInt(6) == 0 ? new int[] {random.nextInt(1, 1000)} : null;
                int flags = random.nextInt(1, 3)
                        | (random.nextInt(5) == 0 ? Delivery.RETAIN : 0)
                        | (identifiers == null ? 0 : Delivery.IDENTIFIERS);
                to.add(live.number, flags, identifiers);
            }
        }
        byte[] topic = CommitFixture.utf8("t");
        out.addUrgent(new MessageOp(Message.of(topic, topic, 1, false, 0, 1), to, Recipients.NONE, 0), 0);
    }

    /** An index that may be sent now (C17) and has no event in this group yet (C20), or -1. */
    private long sendable(Live live) {
        long end = Math.min(live.state.next(), live.onDisk + SPACE.span());
        if (end <= live.state.acknowledged()) {
            return -1;
        }
        long index = random.nextLong(live.state.acknowledged(), end);
        return live.state.isSettled(index) || live.touched.contains(index) ? -1 : index;
    }

    private void settleOne(Live live) {
        long index = sendable(live);
        if (index >= 0) {
            event(live, live.state.isReleased(index) ? EventKind.COMPLETED : EventKind.ACKNOWLEDGED, index);
            live.sentThrough = Math.max(live.sentThrough, index + 1);
        }
    }

    private void release(Live live) {
        long index = sendable(live);
        if (index >= 0) {
            event(live, EventKind.RELEASED, index);
            live.sentThrough = Math.max(live.sentThrough, index + 1);
        }
    }

    private void dropOne(Live live) {
        long index = sendable(live);
        if (index >= live.sentThrough) {
            event(live, EventKind.DROPPED, index);
        }
    }

    private void inbound(Live live) {
        int packetId = random.nextInt(1, 5);
        if (live.touchedInbound.add(packetId)) {
            boolean held = live.state.holdsInbound(packetId);
            event(live, held ? EventKind.INBOUND_RELEASED : EventKind.INBOUND_ADDED, packetId);
        }
    }

    private void event(Live live, EventKind kind, long index) {
        long delivery = live.state.delivery(index);
        out.event(kind, live.number, index, kind.settles() ? Delivery.messageId(delivery) : 0);
        kind.apply(live.state, index);
        live.changed = true;
        switch (kind) {
            case RELEASED -> live.model.release(index);
            case INBOUND_ADDED -> live.model.inbound.add((int) index);
            case INBOUND_RELEASED -> live.model.inbound.remove((int) index);
            default -> live.model.settle(index);
        }
        if (kind != EventKind.INBOUND_ADDED && kind != EventKind.INBOUND_RELEASED) {
            live.touched.add(index);
        }
    }

    /** As the shard does it: fragments for what was appended, a window row when the client did something. */
    private void checkpoint(Live live) {
        long applied = fixture.committer.position();
        long first = live.checkpointNext;
        List<SessionRows.Range> added = new ArrayList<>();
        while (first < live.state.next()) {
            long end = Math.min(live.state.next(), first + random.nextInt(1, 6));
            put(live, first, end, applied);
            added.add(new SessionRows.Range(first, end));
            first = end;
        }
        live.fragments.addAll(added);
        if (live.changed) {
            while (!live.fragments.isEmpty() && live.fragments.get(0).end() <= live.state.acknowledged()) {
                long dead = live.fragments.remove(0).first();
                out.add(new RowOps.Delete(Table.QUEUE, Keys.queue(live.number, dead)), 0);
            }
            long head = live.fragments.isEmpty()
                    ? live.state.next()
                    : live.fragments.get(0).first();
            out.add(new RowOps.Window(live.number, SessionRows.window(live.state, applied, head)), 0);
        }
        live.checkpointNext = live.state.next();
        live.changed = false;
    }

    private void put(Live live, long first, long end, long applied) {
        byte[] record = SessionRows.fragment(live.state, first, end, applied);
        out.add(new RowOps.Put(Table.QUEUE, Keys.queue(live.number, first), record), 0);
    }

    /** Commits what was handed over and applies its messages, as the shard does after the sync. */
    private void commit() {
        Group group = fixture.commit(out);
        for (MessageOp message : group.messages()) {
            for (int i = 0; i < message.recipients().size(); i++) {
                long number = message.recipients().number(i);
                Live live = sessions.stream()
                        .filter(session -> session.number == number)
                        .findFirst()
                        .orElseThrow();
                long delivery = Delivery.of(message.id(), message.recipients().flags(i));
                int[] identifiers = message.recipients().identifiers(i);
                live.state.append(delivery, message.message().storedBytes(), identifiers);
                live.model.append(delivery, identifiers);
            }
        }
        for (Live live : sessions) {
            live.onDisk = live.state.acknowledged();
            live.touched.clear();
            live.touchedInbound.clear();
        }
        out = new HandOver(0);
        if (random.nextInt(12) == 0) {
            turnHand();
        }
    }

    /** A whole turn of the hand, so that the log loses its beginning. */
    private void turnHand() {
        long applied = fixture.committer.position();
        sessions.forEach(this::checkpoint);
        for (int i = 0; i < EventFloor.SEGMENTS; i++) {
            int segment = fixture.committer.enterSegment(applied);
            if (segment >= 0) {
                out.add(new RowOps.SegmentDone(segment, applied), 0);
                fixture.commit(out);
                out = new HandOver(0);
            }
        }
        fixture.committer.deleteDead(fixture.now);
        fixture.committer.sync();
    }

    private void crash() {
        commit();
        fixture.crash(0);
        LogReplay replay = new LogReplay(fixture.store, SPACE).run();
        assertThat(replay.damaged()).isEmpty();
        LogTail tail = new LogTail(fixture.store, 2, number -> (int) (number & 1)).run();
        assertThat(tail.position()).isEqualTo(replay.position());
        assertThat(tail.lastTimeMillis()).isEqualTo(replay.lastTimeMillis());
        assertThat(tail.queued()).isEqualTo(replay.lastQueued());
        scan();
        for (Live live : sessions) {
            SessionTails tails = tail.of((int) (live.number & 1));
            assertThat(tails.holds(live.number)).isEqualTo(replay.sessions().get(live.number) != null);
            assertThat(tell(tails.take(fixture.store, live.number, SPACE)))
                    .as("session %d, read late", live.number)
                    .isEqualTo(live.model.toString());
        }
        for (Live live : sessions) {
            SessionState known = replay.sessions().get(live.number);
            SessionState found = known == null ? SessionRows.load(fixture.store, live.number, SPACE) : known;
            assertThat(tell(found)).as("session %d", live.number).isEqualTo(live.model.toString());
            reload(live, found);
        }
    }

    /** The inspecting tools read all sessions in one pass, and must find what a start finds. */
    private void scan() {
        SessionTails tails = new LogTail(fixture.store, 1, number -> 0).run().of(0);
        List<Long> numbers = new ArrayList<>();
        try (SessionScan scan = new SessionScan(fixture.store, tails, SPACE, 0, Long.MAX_VALUE, row -> {
            throw row;
        })) {
            while (scan.next()) {
                numbers.add(scan.number());
                Live live = sessions.get(numbers.size() - 1);
                String told =
                        tell(scan.state(), visitor -> scan.walk(scan.state().next(), visitor));
                assertThat(told).as("session %d, scanned", live.number).isEqualTo(live.model.toString());
            }
        }
        assertThat(numbers)
                .containsExactlyElementsOf(
                        sessions.stream().map(live -> live.number).toList());
    }

    private String tell(SessionState found) {
        return tell(found, visitor -> QueueWalk.forEach(fixture.store, found, visitor));
    }

    /** Everything that a walk tells, in the words of the model. */
    private static String tell(SessionState found, Consumer<QueueWalk.Visitor> walk) {
        SessionModel told = new SessionModel();
        told.next = found.next();
        walk.accept(new QueueWalk.Visitor() {
            @Override
            public void entry(long index, long delivery, int @Nullable [] identifiers) {
                told.unsettled.put(index, new SessionModel.Entry(delivery, identifiers));
            }

            @Override
            public void missing(long from, long to) {
                throw new AssertionError("indexes " + from + " to " + to + " are missing");
            }

            @Override
            public void damaged(DamagedRowException row) {
                throw row;
            }
        });
        for (long index : found.releasedSorted()) {
            told.released.add(index);
        }
        for (int packetId : found.inboundSorted()) {
            told.inbound.add(packetId);
        }
        return told.toString();
    }

    /** The next life begins with what was found, all of it in memory and dirty. */
    private void reload(Live live, SessionState found) {
        live.fragments.clear();
        live.fragments.addAll(SessionRows.fragments(fixture.store, live.number, found.queueHead()));
        live.state = found;
        for (SessionRows.Range range : live.fragments) {
            SessionRows.read(fixture.store, live.number, range.first(), found::restore);
        }
        live.checkpointNext = live.fragments.isEmpty()
                ? found.acknowledged()
                : live.fragments.get(live.fragments.size() - 1).end();
        live.onDisk = found.acknowledged();
        live.changed = true;
    }
}
