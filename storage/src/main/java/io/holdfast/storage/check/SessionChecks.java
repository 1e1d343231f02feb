// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.check;

import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.LogTail;
import io.holdfast.storage.log.Origin;
import io.holdfast.storage.log.QueueWalk;
import io.holdfast.storage.log.SessionScan;
import io.holdfast.storage.log.SessionState;
import io.holdfast.storage.log.SessionTails;
import io.holdfast.storage.record.InflightRecord;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import java.util.Locale;
import org.agrona.collections.Long2LongHashMap;
import org.jspecify.annotations.Nullable;

/** Each session's rows against themselves, against the tail of the log, and against the messages they refer to. */
final class SessionChecks {
    private static final int PACKET_IDS = 65_535;

    private final Ground ground;
    private final LogTail tail;
    private final MessagePresence messages;
    private final BlockCounts blocks;
    private long sessions;

    SessionChecks(Ground ground, LogTail tail, BlockCounts blocks) {
        this.ground = ground;
        this.tail = tail;
        this.blocks = blocks;
        messages = new MessagePresence(ground.store(), ground.out());
    }

    void run() {
        // Rows that hide a session are told with the rows of all tables.
        try (SessionScan scan = new SessionScan(ground.store(), tail.of(0), 0, Long.MAX_VALUE, row -> {})) {
            while (scan.next()) {
                ground.out().step();
                new OneSession(scan).check();
                sessions += scan.record().getSharedFilter().isEmpty() ? 1 : 0;
            }
        }
        messages.flush();
    }

    /** Sessions of clients; shared groups are none. */
    long sessions() {
        return sessions;
    }

    /** The checks of one session. */
    private final class OneSession implements QueueWalk.Visitor, SessionTails.Visitor {
        private final SessionScan scan;
        private final SessionState state;
        private final long number;
        private final boolean group;
        /** What the log says the rows must hold, by index: appends at or below A. */
        private @Nullable Long2LongHashMap expected;

        private long through;
        private long next;
        private long lastId;

        OneSession(SessionScan scan) {
            this.scan = scan;
            state = scan.state();
            number = scan.number();
            group = !scan.record().getSharedFilter().isEmpty();
            next = state.nextInRows();
        }

        private void damage(Check check, String what) {
            ground.out().found(Finding.damage(check, null, null, number, what));
        }

        void check() {
            InflightRecord window = scan.window();
            positions(window);
            window(window);
            scan.tail(new Counter());
            scan.tail(this);
            packetIds();
            if (state.unsettledCount() > 0) {
                scan.walk(state.next(), this);
            }
        }

        private void positions(InflightRecord window) {
            if (state.appendsThrough() > ground.head() || window.getEventsThrough() > ground.head()) {
                damage(
                        Check.POSITION,
                        "its rows hold the log through " + Math.max(state.appendsThrough(), window.getEventsThrough())
                                + ", which ends at " + ground.head());
            }
        }

        private void window(InflightRecord window) {
            long from = window.getAcknowledged();
            long end = state.nextInRows();
            if (from > end) {
                damage(Check.CHECKPOINT, "index " + from + " is its oldest unsettled one, and " + end + " its next");
                return;
            }
            long reach = end - from;
            boolean fits = window.getSettledList().stream().allMatch(distance -> distance >= 0 && distance < reach)
                    && window.getReleasedList().stream().allMatch(distance -> distance >= 0 && distance < reach)
                    && window.getWindowCount() % 3 == 0;
            for (int i = 0; fits && i < window.getWindowCount(); i += 3) {
                fits = window.getWindow(i) >= 0 && window.getWindow(i) < reach;
            }
            if (!fits) {
                damage(
                        Check.CHECKPOINT,
                        "its window row speaks of indexes outside those from " + from + " to " + (end - 1));
            }
        }

        /** Counts what the log appended and the rows hold already: that gives each of them its index. */
        private final class Counter implements SessionTails.Visitor {
            @Override
            public void append(long position, long delivery, int bytes, int @Nullable [] identifiers) {
                through += position <= state.appendsThrough() ? 1 : 0;
            }

            @Override
            public void movedAway(long position, long index) {
                // No append.
            }

            @Override
            public void event(long position, EventKind kind, long index) {
                // No append.
            }
        }

        @Override
        public void append(long position, long delivery, int bytes, int @Nullable [] identifiers) {
            if (position > state.appendsThrough()) {
                next++;
                return;
            }
            long index = state.nextInRows() - through--;
            if (index < 0) {
                damage(
                        Check.CHECKPOINT,
                        "its rows end at index " + state.nextInRows() + " and lack messages of the log through "
                                + state.appendsThrough());
                return;
            }
            Long2LongHashMap known = expected;
            if (known == null) {
                known = new Long2LongHashMap(Delivery.NONE);
                expected = known;
            }
            known.put(index, delivery);
        }

        @Override
        public void movedAway(long position, long index) {
            reach(position > state.appendsThrough(), index, "moved", position);
        }

        @Override
        public void event(long position, EventKind kind, long index) {
            boolean outbound = kind != EventKind.INBOUND_ADDED && kind != EventKind.INBOUND_RELEASED;
            reach(outbound && position > state.eventsThrough(), index, kind.name(), position);
        }

        private void reach(boolean folded, long index, String what, long position) {
            if (folded && index >= next) {
                damage(
                        Check.FLOOR,
                        "the log at " + position + " says that index " + index + " was "
                                + what.toLowerCase(Locale.ROOT) + ", but rows and log know of " + next
                                + " only");
            }
        }

        private void packetIds() {
            for (int packetId : state.inboundSorted()) {
                if (packetId < 1 || packetId > PACKET_IDS) {
                    damage(Check.PACKET_ID, "it took a message with packet identifier " + packetId);
                }
            }
            long sent = scan.record().getSentThrough();
            if (sent > state.next()) {
                damage(
                        Check.PACKET_ID,
                        "it was sent everything below index " + sent + ", but has had " + state.next() + " messages");
            } else if (sent - state.acknowledged() > IndexSpace.STANDARD.span()) {
                damage(
                        Check.PACKET_ID,
                        (sent - state.acknowledged()) + " indexes are under way, of at most "
                                + IndexSpace.STANDARD.span());
            }
        }

        @Override
        public void entry(long index, long delivery, int @Nullable [] identifiers) {
            long id = Delivery.messageId(delivery);
            messages.expect(id, number, index);
            blocks.count(id);
            if (id > ground.head()) {
                damage(
                        Check.POSITION,
                        "index " + index + " is message " + id + ", but the log ends at " + ground.head());
            }
            boolean moved = group || Origin.isShared(delivery);
            if (!moved && id < lastId) {
                damage(Check.ORDER, "index " + index + " is message " + id + ", behind message " + lastId);
            }
            lastId = moved ? lastId : id;
            if (Origin.isShared(delivery)
                    && (identifiers == null || identifiers.length < 2 || !ground.isTaken(Origin.group(identifiers)))) {
                damage(
                        Check.ORIGIN,
                        "index " + index + ", message " + id + ", came through a group that it does not name");
            }
            if (Delivery.qos(delivery) == 0 || (state.isReleased(index) && Delivery.qos(delivery) != 2)) {
                damage(
                        Check.PACKET_ID,
                        "index " + index + " is under way at QoS " + Delivery.qos(delivery)
                                + (state.isReleased(index) ? " and released" : ""));
            }
            long said = expected == null ? Delivery.NONE : expected.get(index);
            if (said != Delivery.NONE && said != delivery) {
                damage(
                        Check.CHECKPOINT,
                        "index " + index + " is message " + id + " in its rows and " + Delivery.messageId(said)
                                + " in the log, or is owed otherwise");
            }
        }

        @Override
        public void missing(long from, long to) {
            damage(Check.CHECKPOINT, "indexes " + from + " to " + (to - 1) + " are unsettled, and in no readable row");
        }

        @Override
        public void damaged(DamagedRowException row) {
            if (row.reason().contains("fewer entries")) {
                ground.out().found(Finding.damage(Check.RECORD, Table.QUEUE, row.key(), number, row.reason()));
            }
        }
    }
}
