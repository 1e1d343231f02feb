// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.log.LogTail;
import io.holdfast.storage.record.CleanStop;
import io.holdfast.storage.record.NextSession;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import org.agrona.collections.LongArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Where the commit thread goes on after a start: position, clock, next session number, and the counters of live messages,
 * saved by a clean stop or to be counted again (C08).
 */
public final class StartState {
    /** A session's number is its place in the sequence of sessions, then a byte of its client's hash. */
    private static final long NUMBERS_PER_SEQUENCE = 256;

    private static final long SEQUENCES_SKIPPED = 1 << 24;

    private final long position;
    private final long lastTimeMillis;
    private final long nextSession;
    private final @Nullable CleanStop cleanStop;
    private final long oldestMessage;
    private final long[] sessions;
    private final long queued;

    private StartState(
            long position,
            long lastTimeMillis,
            long nextSession,
            @Nullable CleanStop cleanStop,
            long oldestMessage,
            long[] sessions,
            long queued) {
        this.position = position;
        this.lastTimeMillis = lastTimeMillis;
        this.nextSession = nextSession;
        this.cleanStop = cleanStop;
        this.oldestMessage = oldestMessage;
        this.sessions = sessions;
        this.queued = queued;
    }

    /** Reads the store's own rows; session numbers only when they must be counted again. */
    public static StartState read(RowReader store, LogReplay replay) {
        long queued = replay.lastQueued();
        return read(store, replay.position(), replay.lastTimeMillis(), queued);
    }

    /** As above. */
    public static StartState read(RowReader store, LogTail tail) {
        return read(store, tail.position(), tail.lastTimeMillis(), tail.queued());
    }

    private static StartState read(RowReader store, long position, long lastTimeMillis, long queued) {
        try {
            CleanStop cleanStop = cleanStop(store);
            boolean trusted = cleanStop != null && cleanStop.getPosition() == position;
            return new StartState(
                    position,
                    lastTimeMillis,
                    nextSession(store),
                    cleanStop,
                    trusted ? 0 : oldestMessage(store, position),
                    trusted ? new long[0] : sessionNumbers(store),
                    queued);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("a row of table default cannot be read", e);
        }
    }

    /** Whether a clean stop left its row; whether it still counts is for {@link #isClean} to say. */
    public static boolean hasCleanStopRow(RowReader store) {
        return cleanStop(store) != null;
    }

    /** The row that a clean stop left. A damaged one stands for a crash: everything is counted again, nothing is lost. */
    private static @Nullable CleanStop cleanStop(RowReader store) {
        try {
            byte[] stop = store.get(Table.META, Keys.meta(GroupCommitter.CLEAN_STOP));
            return stop == null ? null : CleanStop.parseFrom(stop);
        } catch (DamagedRowException | InvalidProtocolBufferException e) {
            return null;
        }
    }

    /**
     * A number that was never used. When its row is damaged, one far above all that are known: the last ones may have
     * ended without leaving a row.
     */
    private static long nextSession(RowReader store) throws InvalidProtocolBufferException {
        try {
            byte[] next = store.get(Table.META, Keys.meta(RowOps.NEXT_SESSION));
            return next == null ? 1 : NextSession.parseFrom(next).getSequence();
        } catch (DamagedRowException e) {
            byte[] last = store.lastKey(Table.SESSION, Keys.number(0), Keys.end());
            return (last == null ? 0 : Keys.number(last) / NUMBERS_PER_SEQUENCE) + SEQUENCES_SKIPPED;
        }
    }

    /** The first that can be read: blocks of messages before it are not deleted, as nobody knows of them. */
    private static long oldestMessage(RowReader store, long position) {
        try (RowCursor messages = store.cursor(Table.MESSAGE, Keys.number(0), Keys.end())) {
            return messages.nextReadable(damage -> {}) ? Keys.number(messages.key()) : position;
        }
    }

    private static long[] sessionNumbers(RowReader store) {
        LongArrayList numbers = new LongArrayList();
        boolean[] damaged = new boolean[1];
        try (RowCursor rows = store.cursor(Table.SESSION, Keys.number(0), Keys.end())) {
            while (rows.nextReadable(damage -> damaged[0] = true)) {
                numbers.addLong(Keys.number(rows.key()));
            }
        }
        if (damaged[0]) {
            numbers.addAll(HiddenSessions.find(store, numbers).keySet());
        }
        return numbers.toLongArray();
    }

    void fill(BlockCounters counters) {
        if (cleanStop != null && cleanStop.getPosition() == position) {
            for (int i = 0; i + 1 < cleanStop.getBlockCountersCount(); i += 2) {
                counters.load(cleanStop.getBlockCounters(i), cleanStop.getBlockCounters(i + 1));
            }
        } else {
            counters.recount(oldestMessage, position, sessions);
        }
    }

    boolean hasCleanStopRow() {
        return cleanStop != null;
    }

    /** Whether the broker before stopped cleanly, so that nothing has to be counted. */
    public boolean isClean() {
        return cleanStop != null && cleanStop.getPosition() == position;
    }

    /** Sessions with rows. */
    public long sessions() {
        return isClean() && cleanStop != null ? cleanStop.getSessions() : sessions.length;
    }

    /** Checksum of the snapshot of all subscriptions, 0 when there is none that can be trusted. */
    public int snapshotChecksum() {
        return isClean() && cleanStop != null ? cleanStop.getSnapshotChecksum() : 0;
    }

    /** Messages that all sessions together are owed. */
    public long queued() {
        return queued;
    }

    public long position() {
        return position;
    }

    public long lastTimeMillis() {
        return lastTimeMillis;
    }

    /** The sequence part of the next session number. */
    public long nextSession() {
        return nextSession;
    }

    /** Sessions that have to be counted again; empty after a clean stop. */
    public long[] sessionsToCount() {
        return sessions;
    }
}
