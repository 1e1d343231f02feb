// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.log.RecordReader;
import io.holdfast.storage.log.SessionState;
import io.holdfast.storage.record.InflightRecord;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks once over the rows of all sessions at a start, side by side in the order of their numbers: counts what they are
 * owed, and finds the sessions whose rows cannot be trusted. Those are left alone: messages for them would fail.
 */
final class SessionScan {
    private static final Logger LOG = LoggerFactory.getLogger(SessionScan.class);
    private static final int FRAGMENT_COUNT_FIELD = 2;

    private final RowReader store;
    private final LogReplay replay;
    private final LongHashSet quarantined = new LongHashSet();
    private long sessions;
    private long queued;
    private long inflight;

    /** Rows of one table, at the first one not looked at yet. */
    private static final class Lane implements AutoCloseable {
        private final RowCursor rows;
        private boolean valid;

        Lane(RowReader store, Table table) {
            rows = store.cursor(table, Keys.number(0), Keys.end());
            valid = rows.next();
        }

        /** Whether the next row belongs to a session; rows of lower numbers belong to nobody and are passed over. */
        boolean stopsAt(long number) {
            while (valid && Keys.number(rows.key()) < number) {
                valid = rows.next();
            }
            return valid && Keys.number(rows.key()) == number;
        }

        void next() {
            valid = rows.next();
        }

        @Override
        public void close() {
            rows.close();
        }
    }

    SessionScan(RowReader store, LogReplay replay) {
        this.store = store;
        this.replay = replay;
        replay.damaged().forEach(damage -> quarantine(Keys.number(damage.key()), damage));
    }

    SessionScan run() {
        try (RowCursor rows = store.cursor(Table.SESSION, Keys.number(0), Keys.end());
                Lane windows = new Lane(store, Table.INFLIGHT);
                Lane fragments = new Lane(store, Table.QUEUE)) {
            while (rows.next()) {
                long number = Keys.number(rows.key());
                sessions++;
                try {
                    SessionRecord session = SessionRecord.parseFrom(rows.record());
                    InflightRecord window = windows.stopsAt(number)
                            ? InflightRecord.parseFrom(windows.rows.record())
                            : InflightRecord.getDefaultInstance();
                    long end = lastFragmentEnd(fragments, number, window.getQueueHead());
                    count(session, window, end, replay.sessions().get(number));
                } catch (DamagedRowException e) {
                    quarantine(number, e);
                } catch (InvalidProtocolBufferException e) {
                    quarantine(number, new DamagedRowException(Table.SESSION, rows.key()));
                }
            }
        }
        return this;
    }

    private static long lastFragmentEnd(Lane fragments, long number, long head) {
        long end = 0;
        for (; fragments.stopsAt(number); fragments.next()) {
            long first = Keys.queueFirstIndex(fragments.rows.key());
            if (first >= head) {
                end = Math.max(end, first + entries(fragments.rows.record()));
            }
        }
        return end;
    }

    private static long entries(byte[] fragment) {
        RecordReader in = new RecordReader(fragment);
        while (in.hasMore()) {
            int tag = in.tag();
            if (RecordReader.field(tag) == FRAGMENT_COUNT_FIELD) {
                return in.varint();
            }
            in.skip(tag);
        }
        return 0;
    }

    private void count(
            SessionRecord session, InflightRecord window, long fragmentsEnd, @Nullable SessionState replayed) {
        long acknowledged = replayed == null ? window.getAcknowledged() : replayed.acknowledged();
        long unsettled = replayed == null
                ? Math.max(window.getNext(), fragmentsEnd) - acknowledged - window.getSettledCount()
                : replayed.unsettledCount();
        queued += unsettled;
        // Below `sent through`, or within the window of a client that was still connected, it may have been sent.
        long sent = Math.max(0, Math.min(unsettled, session.getSentThrough() - acknowledged));
        boolean connected = session.getDisconnectedMillis() == 0;
        inflight += connected ? Math.max(sent, Math.min(unsettled, session.getReceiveMaximum())) : sent;
    }

    private void quarantine(long number, DamagedRowException damage) {
        if (quarantined.add(number)) {
            LOG.error("session {} is quarantined: {}", number, damage.getMessage());
        }
    }

    LongHashSet quarantined() {
        return quarantined;
    }

    long sessions() {
        return sessions;
    }

    long queued() {
        return queued;
    }

    long inflight() {
        return inflight;
    }
}
