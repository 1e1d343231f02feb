// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.log.SessionState;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.Table;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A connection's first and last moments: CONNECT with take-over and clean start, the five ends of a connection, and what
 * was connected when the broker before this one died.
 *
 * <p>Both connections of a take-over meet here, on one shard. The old one is closed when the new CONNECT is on disk; from
 * the hand-over of that CONNECT on, an end of the old one writes nothing (C25).
 */
final class ConnectFlow {
    static final long NEVER_EXPIRES = ConnectTerms.NEVER_EXPIRES;
    private static final int ROW_BYTES = 96;

    private final SessionShard shard;
    private final SessionEnd ends;
    private final Wills wills;

    ConnectFlow(SessionShard shard) {
        this.shard = shard;
        wills = new Wills(shard);
        ends = new SessionEnd(shard);
    }

    // ---- CONNECT

    void onConnect(Connection connection, Connect connect) {
        ConnectTerms.keep(connection, connect, shard.limits);
        ReasonCode refusal = refusal(connect);
        if (refusal.isFailure()) {
            refuse(connection, refusal);
            return;
        }
        long known = number(connect.clientId());
        Session session = known < 0 ? null : shard.get(known);
        if (session == null && known >= 0 && shard.isQuarantined(known)) {
            refuse(connection, ReasonCode.SERVER_UNAVAILABLE); // A new session would bury what can still be mended.
            return;
        }
        Connection old = session == null ? null : session.connection;
        // The end of an earlier session of this client may be under way: clean is what it must find on disk.
        boolean handedOver = !shard.ended.isEmpty();
        boolean keep = session != null && resumes(session, connect);
        SessionEnd.Held given = session == null || keep ? null : ends.held(session);
        if (session != null && !keep && given == null) {
            refuse(connection, ReasonCode.SERVER_UNAVAILABLE);
            return;
        }
        if (session != null) {
            handedOver |= wills.publish(session);
            if (given != null) {
                ends.end(session, given);
                handedOver = true;
                session = null;
            }
        }
        boolean present = session != null;
        if (session == null) {
            session = create(connect);
        }
        session.expirySeconds = ConnectTerms.expirySeconds(connect, shard.limits);
        wills.arm(session, connection, connect.will());
        session.protocolLevel = connect.version().level();
        session.receiveMaximum = connection.receiveMaximum;
        session.generation++;
        session.connecting++;
        handedOver |= rows(session, !present);
        Properties granted = ConnectTerms.accepted(connection, connect, session.expirySeconds, shard.limits);
        Connected connected =
                new Connected(session, connection, new ConnAck(present, ReasonCode.SUCCESS, granted), old);
        if (handedOver) {
            shard.addUrgent(connected, ROW_BYTES);
        } else {
            connected.committed(); // Nothing of a volatile session without a will is on disk.
        }
    }

    private ReasonCode refusal(Connect connect) {
        boolean nameless = connect.clientId().isEmpty();
        if (nameless && (connect.version() == ProtocolVersion.MQTT_3_1 || !connect.cleanStart())) {
            return ReasonCode.CLIENT_IDENTIFIER_NOT_VALID; // [MQTT-3.1.3-8]
        }
        if (connect.will() != null && connect.will().topic().startsWithDollar()) {
            return ReasonCode.NOT_AUTHORIZED;
        }
        return shard.env.admit(connect);
    }

    /**
     * Whether a client goes on with this session [MQTT-3.1.2-4] [MQTT5-3.1.2-5]. One whose expiry is 0 ends with its
     * connection, and so with the take-over; it may have rows from a time when its expiry was another (C24).
     */
    private static boolean resumes(Session session, Connect connect) {
        return session.durable && session.expirySeconds != 0 && !connect.cleanStart(); // [MQTT5-3.1.2-4]
    }

    private void refuse(Connection connection, ReasonCode reason) {
        shard.send(connection, new ConnAck(false, reason)); // [MQTT-3.2.2-4]
        connection.close(reason); // [MQTT-3.2.2-5]
        shard.connections.remove(connection);
    }

    /** The number of a client's session, or -1. */
    private long number(String clientId) {
        Long number = shard.clients.get(clientId);
        if (number != null) {
            return number;
        }
        byte[] row = shard.store.get(Table.CLIENT, Keys.text(utf8(clientId)));
        return row == null ? -1 : SessionRecords.clientSession(row);
    }

    private Session create(Connect connect) {
        boolean durable = ConnectTerms.expirySeconds(connect, shard.limits) != 0;
        long number = SessionNumbers.of(shard.env.nextSessionSequence(), connect.clientId());
        Session session = new Session(number, connect.clientId(), durable, new SessionState(number, shard.space));
        session.createdMillis = shard.env.nowMillis();
        shard.env.count(ShardEvent.SESSION_STARTED);
        shard.sessions.put(number, session);
        shard.clients.put(session.clientId, number);
        return session;
    }

    /** The rows of a CONNECT; false when a session needs none. */
    private boolean rows(Session session, boolean created) {
        long number = session.number;
        if (created && (session.durable || session.will != null)) {
            shard.add(new RowOps.NewSession(SessionNumbers.sequence(number)), ROW_BYTES);
        }
        if (session.durable) {
            if (created) {
                byte[] record = SessionRecords.client(number);
                shard.add(new RowOps.Put(Table.CLIENT, Keys.text(utf8(session.clientId)), record), ROW_BYTES);
            }
            long now = shard.env.nowMillis();
            putSession(session, now, 0);
            if (session.expiryDueMillis != 0) {
                deleteTimer(session.expiryDueMillis, number, TimerKind.SESSION_EXPIRY);
                session.expiryDueMillis = 0;
            }
        }
        if (session.durable || session.will != null) {
            byte[] key = Keys.timer(0, number, TimerKind.CONNECTED);
            shard.add(new RowOps.Put(Table.TIMER, key, SessionRecords.timer(session.generation)), ROW_BYTES);
            wills.row(session);
            return true;
        }
        return false;
    }

    private void putSession(Session session, long connectedMillis, long disconnectedMillis) {
        byte[] record = SessionRecords.session(session, connectedMillis, disconnectedMillis);
        shard.add(new RowOps.Put(Table.SESSION, Keys.number(session.number), record), record.length + ROW_BYTES);
    }

    private void deleteTimer(long dueMillis, long number, TimerKind kind) {
        shard.add(new RowOps.Delete(Table.TIMER, Keys.timer(dueMillis, number, kind)), ROW_BYTES);
    }

    /** The CONNECT is on disk: the old connection ends and the new one hears of it. */
    private final class Connected extends RowOps.Note {
        private final Session session;
        private final Connection connection;
        private final ConnAck answer;
        private final @Nullable Connection old;

        Connected(Session session, Connection connection, ConnAck answer, @Nullable Connection old) {
            this.session = session;
            this.connection = connection;
            this.answer = answer;
            this.old = old;
        }

        @Override
        public void committed() {
            session.connecting--;
            takeOver(old);
            takeOver(session.connection);
            if (session.ended) {
                connection.close(ReasonCode.SESSION_TAKEN_OVER);
                return;
            }
            session.connection = connection;
            connection.session = session;
            if (!connection.isOpen()) {
                closed(connection);
                return;
            }
            shard.env.count(ShardEvent.CONNECTED);
            shard.send(connection, answer); // [MQTT-3.2.0-1] [MQTT5-3.2.0-1] [MQTT5-3.1.4-5]
            shard.outbound.resume(session);
            connection.resumeReading(shard.env.nowMillis());
        }

        private void takeOver(@Nullable Connection other) {
            if (other != null && other != connection && other.isOpen()) {
                shard.env.count(ShardEvent.TAKEN_OVER);
                shard.env.count(ShardEvent.DISCONNECTED);
                other.close(ReasonCode.SESSION_TAKEN_OVER); // [MQTT-3.1.4-2]
                shard.connections.remove(other);
            }
        }
    }

    // ---- ends

    /** The broker ends a connection: protocol error (S24), keep alive (S22), stop. */
    void end(Connection connection, ReasonCode reason) {
        if (connection.isOpen()) {
            connection.close(reason);
            closed(connection);
        }
        shard.connections.remove(connection);
    }

    /** A connection has ended without DISCONNECT: its will is published [MQTT-3.1.2-8]. */
    void closed(Connection connection) {
        Session session = connection.session;
        if (session == null || session.connection != connection || session.ended) {
            return;
        }
        detach(session);
        if (session.connecting > 0) {
            return;
        }
        if (session.willConnection == connection) {
            wills.publish(session);
        }
        leave(session, shard.env.nowMillis(), null);
    }

    /** DISCONNECT: the will goes unpublished, and the connection closes when that is on disk (C23) [MQTT-3.14.4-3]. */
    void onDisconnect(Connection connection, Session session) {
        detach(session);
        if (session.connecting > 0) {
            connection.close(ReasonCode.SUCCESS);
            shard.connections.remove(connection);
            return;
        }
        wills.disarm(session);
        leave(session, shard.env.nowMillis(), connection);
    }

    private void detach(Session session) {
        session.connection = null;
        shard.env.count(ShardEvent.DISCONNECTED);
        if (session.durable) {
            session.bodies = null;
        }
    }

    private void leave(Session session, long atMillis, @Nullable Connection connection) {
        boolean over = !session.durable || session.expirySeconds == 0;
        SessionEnd.Held given = over ? ends.held(session) : null;
        if (given != null) {
            boolean rows = session.durable || session.hadWill;
            ends.end(session, given);
            if (connection != null && rows) {
                shard.addUrgent(new Left(session, connection), ROW_BYTES);
            } else if (connection != null) {
                connection.close(ReasonCode.SUCCESS);
                shard.connections.remove(connection);
            }
            return;
        }
        putSession(session, 0, atMillis);
        deleteTimer(0, session.number, TimerKind.CONNECTED);
        wills.removeRow(session);
        if (session.expirySeconds != NEVER_EXPIRES) {
            session.expiryDueMillis = atMillis + session.expirySeconds * 1_000;
            byte[] key = Keys.timer(session.expiryDueMillis, session.number, TimerKind.SESSION_EXPIRY);
            shard.add(new RowOps.Put(Table.TIMER, key, SessionRecords.timer(session.generation)), ROW_BYTES);
        }
        Left left = new Left(session, connection);
        if (connection == null) {
            shard.add(left, ROW_BYTES);
        } else {
            shard.addUrgent(left, ROW_BYTES);
        }
    }

    /** The end of a connection is on disk. */
    private final class Left extends RowOps.Note {
        private final Session session;
        private final @Nullable Connection connection;

        Left(Session session, @Nullable Connection connection) {
            this.session = session;
            this.connection = connection;
            session.pending++;
        }

        @Override
        public void committed() {
            session.pending--;
            if (connection != null) {
                connection.close(ReasonCode.SUCCESS);
                shard.connections.remove(connection);
            }
            shard.checkpoints.evictIfIdle(session);
        }
    }

    void judgeKeepAlive(Connection connection, long nowMillis) {
        long silent = nowMillis - connection.lastPacketMillis;
        boolean judged = connection.keepAliveSeconds > 0 && connection.isReading() && connection.isOpen();
        if (judged && silent > connection.keepAliveSeconds * 1_500L) { // [MQTT-3.1.2-24]
            shard.env.count(ShardEvent.KEEP_ALIVE_EXPIRED);
            end(connection, ReasonCode.KEEP_ALIVE_TIMEOUT);
        }
    }

    // ---- what an earlier life left

    /**
     * A connection that ended with the broker: everything within the span may have been sent (C16), the will is published,
     * expiry starts at the last moment that is known of (C03).
     */
    void leftOver(long number, long endedMillis) {
        Session session = shard.get(number);
        if (shard.isQuarantined(number)) {
            return; // Its will and its mark stay for the one who mends its rows.
        }
        if (session == null) {
            wills.publishOrphan(number);
            deleteTimer(0, number, TimerKind.CONNECTED);
            return;
        }
        long mayBeSent = session.acknowledgedOnDisk + shard.space.span();
        session.sentThrough = Math.max(session.sentThrough, Math.min(session.state.next(), mayBeSent));
        wills.restore(session);
        wills.publish(session);
        leave(session, endedMillis, null);
    }

    void expire(long number, long dueMillis) {
        Session session = shard.get(number);
        if (session != null
                && session.connection == null
                && session.connecting == 0
                && session.expiryDueMillis == dueMillis) {
            SessionEnd.Held given = ends.held(session);
            if (given != null) {
                ends.end(session, given);
            }
        }
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
