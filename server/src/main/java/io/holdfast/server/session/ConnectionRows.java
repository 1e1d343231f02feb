// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.Table;

/** The rows that the beginning and the end of a connection put and delete, as steps of the shard's hand-over. */
final class ConnectionRows {
    private static final int ROW_BYTES = 96;

    private final SessionShard shard;

    ConnectionRows(SessionShard shard) {
        this.shard = shard;
    }

    /** Times in milliseconds since 1970, 0 for none. */
    void putSession(Session session, long connectedMillis, long disconnectedMillis) {
        byte[] record = SessionRecords.session(session, connectedMillis, disconnectedMillis);
        shard.add(new RowOps.Put(Table.SESSION, Keys.number(session.number), record), record.length + ROW_BYTES);
    }

    void putTimer(long dueMillis, Session session, TimerKind kind) {
        byte[] key = Keys.timer(dueMillis, session.number, kind);
        shard.add(new RowOps.Put(Table.TIMER, key, SessionRecords.timer(session.generation)), ROW_BYTES);
    }

    void deleteTimer(long dueMillis, long number, TimerKind kind) {
        shard.add(new RowOps.Delete(Table.TIMER, Keys.timer(dueMillis, number, kind)), ROW_BYTES);
    }

    /** A connection lives (C03). */
    void putConnected(Session session) {
        putTimer(0, session, TimerKind.CONNECTED);
    }

    void deleteConnected(long number) {
        deleteTimer(0, number, TimerKind.CONNECTED);
    }
}
