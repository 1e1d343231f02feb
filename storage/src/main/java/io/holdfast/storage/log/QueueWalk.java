// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import org.jspecify.annotations.Nullable;

/**
 * A session's unsettled messages in the order of their indexes, each once: from memory where the state holds them, else
 * from the queue fragments, one fragment at a time, so that a queue of any length takes constant memory.
 */
public final class QueueWalk {
    /** Receives the messages. */
    public interface Visitor {
        void entry(long index, long delivery, int @Nullable [] identifiers);

        /** Unsettled indexes {@code [from, to)} that neither memory nor a readable fragment holds: damage. */
        void missing(long from, long to);

        /** A fragment that cannot be read; what it held is missing. */
        void damaged(DamagedRowException row);
    }

    private final SessionState state;
    private final Visitor visitor;
    private final long end;
    private long at;
    private long missingFrom = -1;

    private QueueWalk(SessionState state, long end, Visitor visitor) {
        this.state = state;
        this.visitor = visitor;
        this.end = end;
        at = Math.min(state.acknowledged(), end);
    }

    public static void forEach(RowReader store, SessionState state, Visitor visitor) {
        forEach(store, state, state.next(), visitor);
    }

    /** The messages with an index below {@code end}; the fragments behind it are not read. */
    public static void forEach(RowReader store, SessionState state, long end, Visitor visitor) {
        long to = Math.min(end, state.next());
        long number = state.number();
        byte[] from = Keys.queue(number, Math.min(state.queueHead(), to));
        try (RowCursor rows = store.cursor(Table.QUEUE, from, Keys.queue(number, to))) {
            forEach(rows, state, to, visitor);
        }
    }

    /** As above, with the session's fragments from its queue head on. */
    static void forEach(RowCursor fragments, SessionState state, long end, Visitor visitor) {
        new QueueWalk(state, Math.min(end, state.next()), visitor).run(fragments);
    }

    private void run(RowCursor rows) {
        while (rows.next()) {
            try {
                SessionRows.readFragment(rows.key(), rows.record(), this::stored);
            } catch (DamagedRowException e) {
                visitor.damaged(e);
            }
        }
        remembered(end);
        endMissing(at);
    }

    /** An entry of a fragment; fragments may overlap, indexes already seen are skipped (C04). */
    private void stored(long index, long delivery, int @Nullable [] identifiers) {
        if (index < at || index >= end) {
            return;
        }
        remembered(index);
        if (state.delivery(index) != Delivery.NONE) {
            remembered(index + 1);
            return;
        }
        endMissing(index);
        if (!state.isSettled(index)) {
            visitor.entry(index, delivery, identifiers);
        }
        at = index + 1;
    }

    /** Everything from where the walk stands up to an index, from memory. */
    private void remembered(long to) {
        for (; at < to; at++) {
            if (state.isSettled(at)) {
                endMissing(at);
                continue;
            }
            long delivery = state.delivery(at);
            if (delivery == Delivery.NONE) {
                missingFrom = missingFrom < 0 ? at : missingFrom;
            } else {
                endMissing(at);
                visitor.entry(at, delivery, state.identifiers(at));
            }
        }
    }

    private void endMissing(long to) {
        if (missingFrom >= 0) {
            visitor.missing(missingFrom, to);
            missingFrom = -1;
        }
    }
}
