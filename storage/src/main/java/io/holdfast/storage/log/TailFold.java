// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import org.jspecify.annotations.Nullable;

/**
 * Folds the tail of the log over a session's rows: what was appended or moved away counts behind A, the session's own events
 * behind X.
 *
 * @param state as its rows say; changed
 */
record TailFold(SessionState state) implements SessionTails.Visitor {
    @Override
    public void append(long position, long delivery, int bytes, int @Nullable [] identifiers) {
        if (position > state.appendsThrough()) {
            state.append(delivery, bytes, identifiers);
        }
    }

    @Override
    public void movedAway(long position, long index) {
        if (position > state.appendsThrough()) {
            state.settle(index);
        }
    }

    @Override
    public void event(long position, EventKind kind, long index) {
        if (position > state.eventsThrough()) {
            kind.apply(state, index);
        }
    }
}
