// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Sorts the tail of the log by sessions, for their owners to fold over the rows: what a start does. {@link LogReplay} does
 * the same at once and for all sessions, for tools and tests.
 */
public final class LogTail {
    private final RowReader store;
    private final LongToIntFunction ownerOf;
    private final List<SessionTails> owners = new ArrayList<>();
    private final Sorter sorter = new Sorter();
    private long position;
    private long lastTimeMillis;
    private long rows;
    private long bytes;
    private long queued;

    /**
     * A tail for a number of owners.
     *
     * @param ownerOf a session's owner, from its number: 0 to {@code owners - 1}
     */
    public LogTail(RowReader store, int owners, LongToIntFunction ownerOf) {
        this.store = store;
        this.ownerOf = ownerOf;
        for (int i = 0; i < owners; i++) {
            this.owners.add(new SessionTails());
        }
    }

    public LogTail run() {
        try (RowCursor log = store.cursor(Table.LOG, Keys.number(0), Keys.end())) {
            while (log.next()) {
                fold(Keys.number(log.key()), log.record());
            }
        }
        return this;
    }

    /**
     * Takes in one log row, for callers that walk the log themselves; rows come in rising position.
     *
     * @throws IllegalArgumentException when the record is no log entry; what it said before is taken in
     */
    public void fold(long rowPosition, byte[] record) {
        position = rowPosition;
        LogEntryReader entry = new LogEntryReader(position, record);
        entry.accept(sorter);
        lastTimeMillis = Math.max(lastTimeMillis, entry.timeMillis());
        rows++;
        bytes += record.length;
        queued = entry.queued();
    }

    /** The tails of one owner's sessions. */
    public SessionTails of(int owner) {
        return owners.get(owner);
    }

    /** The position of the last group on disk, 0 for a new store. */
    public long position() {
        return position;
    }

    /** Wall clock of the last group on disk, milliseconds since 1970; 0 for a new store. */
    public long lastTimeMillis() {
        return lastTimeMillis;
    }

    public long rows() {
        return rows;
    }

    public long bytes() {
        return bytes;
    }

    /** Messages that all sessions together are owed, as the last group says. */
    public long queued() {
        return queued;
    }

    private final class Sorter implements LogEntryReader.Visitor {
        private SessionTails owner(long number) {
            return owners.get(ownerOf.applyAsInt(number));
        }

        @Override
        public void recipient(long messageId, long number, int flags, int storedBytes, int @Nullable [] identifiers) {
            owner(number).append(position, number, Delivery.of(messageId, flags), storedBytes, identifiers);
        }

        @Override
        public void moved(long source, long index, long target, long messageId, int flags, int identifier) {
            owner(source).movedAway(position, source, index);
            if (target != Moves.NOBODY) {
                int[] beside = Moves.beside(source, flags, identifier);
                owner(target).append(position, target, Delivery.of(messageId, flags), 0, beside);
            }
        }

        @Override
        public void event(EventKind kind, long number, long index) {
            owner(number).event(position, number, kind, index);
        }

        @Override
        public void ended(long number) {
            owner(number).forget(number); // Its rows went in the same batch.
        }
    }
}
