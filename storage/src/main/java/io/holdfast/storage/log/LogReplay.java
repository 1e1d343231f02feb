// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Folds the tail of the log over checkpoint rows: what a start does, and what the inspecting tools show. Changes memory
 * only, so a second crash starts at the same place. A group's appends count for a session whose A lies before it, its
 * events for one whose X does.
 *
 * <p>Entries of numbers without a session row are ghosts of ended sessions and dropped (C19).
 */
public final class LogReplay implements LogEntryReader.Visitor {
    private final RowReader store;
    private final IndexSpace space;
    private final Long2ObjectHashMap<SessionState> sessions = new Long2ObjectHashMap<>();
    private final LongHashSet ghosts = new LongHashSet();
    private final List<DamagedRowException> damaged = new ArrayList<>();
    private long position;
    private long lastTimeMillis;
    private long lastQueued;
    private long rows;
    private long bytes;

    public LogReplay(RowReader store, IndexSpace space) {
        this.store = store;
        this.space = space;
    }

    public LogReplay run() {
        try (RowCursor log = store.cursor(Table.LOG, Keys.number(0), Keys.end())) {
            while (log.next()) {
                fold(Keys.number(log.key()), log.record());
            }
        }
        return this;
    }

    /**
     * Folds one log row, for callers that walk the log themselves; rows come in rising position.
     *
     * @throws IllegalArgumentException when the record is no log entry; what it said before is folded
     */
    public void fold(long rowPosition, byte[] record) {
        position = rowPosition;
        LogEntryReader entry = new LogEntryReader(position, record);
        entry.accept(this);
        lastTimeMillis = Math.max(lastTimeMillis, entry.timeMillis());
        lastQueued = entry.queued();
        rows++;
        bytes += record.length;
    }

    /** Sessions that the tail of the log touched; all others are as their rows say. */
    public Long2ObjectHashMap<SessionState> sessions() {
        return sessions;
    }

    /** The position of the last group on disk, 0 for a new store. */
    public long position() {
        return position;
    }

    /** Wall clock of the last group on disk, milliseconds since 1970; 0 for a new store. */
    public long lastTimeMillis() {
        return lastTimeMillis;
    }

    /** Messages that all sessions together are owed, as the last group says. */
    public long lastQueued() {
        return lastQueued;
    }

    public long rows() {
        return rows;
    }

    public long bytes() {
        return bytes;
    }

    /** Rows that could not be trusted; their sessions are left out. */
    public List<DamagedRowException> damaged() {
        return damaged;
    }

    @Override
    public void recipient(long messageId, long number, int flags, int storedBytes, int @Nullable [] identifiers) {
        SessionState state = session(number);
        if (state != null && position > state.appendsThrough()) {
            state.append(Delivery.of(messageId, flags), storedBytes, identifiers);
        }
    }

    @Override
    public void moved(long source, long index, long target, long messageId, int flags, int identifier) {
        SessionState from = session(source);
        if (from != null && position > from.appendsThrough()) {
            from.settle(index);
        }
        SessionState to = target == Moves.NOBODY ? null : session(target);
        if (to != null && position > to.appendsThrough()) {
            to.append(Delivery.of(messageId, flags), 0, Moves.beside(source, flags, identifier));
        }
    }

    @Override
    public void event(EventKind kind, long number, long index) {
        SessionState state = session(number);
        if (state != null && position > state.eventsThrough()) {
            kind.apply(state, index);
        }
    }

    @Override
    public void ended(long number) {
        // Its rows went in the same batch, so the number is a ghost already.
    }

    private @Nullable SessionState session(long number) {
        SessionState state = sessions.get(number);
        if (state != null || ghosts.contains(number)) {
            return state;
        }
        try {
            if (store.get(Table.SESSION, Keys.number(number)) == null) {
                ghosts.add(number);
                return null;
            }
            state = SessionRows.load(store, number, space);
            sessions.put(number, state);
            return state;
        } catch (DamagedRowException e) {
            damaged.add(e);
            ghosts.add(number);
            return null;
        }
    }
}
