// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.Will;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.log.SessionState;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A connection's first moments: CONNECT with take-over and clean start.
 *
 * <p>Both connections of a take-over meet here, on one shard. The old one is closed when the new CONNECT is on disk; from
 * the hand-over of that CONNECT on, an end of the old one writes nothing (C25).
 */
final class ConnectFlow {
    private static final int ROW_BYTES = 96;

    private final SessionShard shard;
    private final Set<String> arriving = new HashSet<>();
    private final SessionEnd ends;
    private final Wills wills;
    private final ConnectionEnd departures;
    private final ConnectionRows rows;

    ConnectFlow(SessionShard shard, SessionEnd ends, Wills wills, ConnectionEnd departures) {
        this.shard = shard;
        this.ends = ends;
        this.wills = wills;
        this.departures = departures;
        rows = new ConnectionRows(shard);
    }

    // ---- CONNECT

    void onConnect(Connection connection, Connect connect) {
        ConnectTerms.keep(connection, connect, shard.limits);
        ReasonCode refusal = refusal(connection, connect);
        if (refusal.isFailure()) {
            refuse(connection, refusal);
            return;
        }
        if (isArriving(connect.clientId())) {
            refuse(connection, ReasonCode.SERVER_BUSY); // In a moment its session is here.
            return;
        }
        String damage = damage(connect.clientId());
        if (damage != null) {
            refuseForDamage(connection, connect.clientId(), damage);
            return;
        }
        long known = number(connect.clientId());
        Session session = known < 0 ? null : shard.get(known);
        if (session != null && !isExpired(session) && !shard.owners.mayUse(session, connection)) {
            refuse(connection, ReasonCode.NOT_AUTHORIZED); // T26
            return;
        }
        Connection old = session == null ? null : session.connection;
        // The end of an earlier session of this client may be under way: clean is what it must find on disk.
        boolean handedOver = !shard.ended.isEmpty();
        boolean keep = session != null && resumes(session, connect); // [MQTT-3.1.4-3] [MQTT5-3.1.4-4]
        SessionEnd.Held given = session == null || keep ? null : ends.held(session);
        if (session != null && !keep && given == null) {
            refuse(connection, ReasonCode.SERVER_UNAVAILABLE);
            return;
        }
        if (!shard.owners.take(session, keep, ConnectTerms.expirySeconds(connection, connect) != 0, connection)) {
            refuse(connection, ReasonCode.QUOTA_EXCEEDED); // T20
            return;
        }
        if (session != null && given != null) {
            wills.sessionEnds(session);
            ends.end(session, given);
            handedOver = true;
            session = null;
        } else if (session != null) {
            handedOver |= wills.comesBack(session);
        }
        // [MQTT-3.2.2-1] [MQTT-3.2.2-2] [MQTT-3.2.2-3] [MQTT5-3.2.2-2] [MQTT5-3.2.2-3]
        boolean present = session != null;
        if (session == null) {
            session = create(connection, connect); // [MQTT5-3.1.2-6]
        }
        session.client = connection.client;
        shard.owners.has(session, connection);
        session.expirySeconds = ConnectTerms.expirySeconds(connection, connect);
        wills.arm(session, connect.will());
        session.protocolLevel = connect.version().level();
        session.receiveMaximum = connection.receiveMaximum;
        session.generation++;
        session.connecting++;
        handedOver |= write(session, !present);
        Properties granted = ConnectTerms.accepted(connection, connect, session.expirySeconds, shard.limits);
        Connected connected =
                new Connected(session, connection, new ConnAck(present, ReasonCode.SUCCESS, granted), old, connect);
        if (handedOver) {
            connection.decidedByCommit();
            shard.addUrgent(connected, ROW_BYTES);
        } else {
            connected.committed(); // Nothing of a volatile session without a will is on disk.
        }
    }

    /** A session of this client is on its way into the store, from another broker: until then nobody may begin one. */
    void arrives(String clientId) {
        arriving.add(clientId);
    }

    void arrived(String clientId) {
        arriving.remove(clientId);
    }

    boolean isArriving(String clientId) {
        return !arriving.isEmpty() && arriving.contains(clientId);
    }

    /** What keeps a client from its session, or null: rows that cannot be read. */
    private @Nullable String damage(String clientId) {
        try {
            long known = number(clientId);
            if (known >= 0) {
                shard.get(known); // Reads its rows, unless they have been read: that is when damage is met.
            }
            return shard.isQuarantined(known) ? "its session " + known + " is quarantined" : null;
        } catch (DamagedRowException damage) {
            return String.valueOf(damage.getMessage());
        }
    }

    /** A new session would bury what can still be mended. */
    private void refuseForDamage(Connection connection, String clientId, String damage) {
        shard.env.refusedForDamage(clientId, damage);
        refuse(connection, ReasonCode.SERVER_UNAVAILABLE);
    }

    /** A client identifier has any length and any characters, but is not empty [MQTT-3.1.3-5] [MQTT5-3.1.3-5]. */
    private ReasonCode refusal(Connection connection, Connect connect) {
        boolean nameless = connect.clientId().isEmpty();
        if (nameless && (connect.version() == ProtocolVersion.MQTT_3_1 || !connect.cleanStart())) {
            return ReasonCode.CLIENT_IDENTIFIER_NOT_VALID; // [MQTT-3.1.3-8] [MQTT-3.1.3-9]
        }
        if (connect.properties().authenticationMethod() != null && connection.userName() == null) {
            return ReasonCode.BAD_AUTHENTICATION_METHOD; // Nobody has run that method.
        }
        if (!connection.stands(shard.env.standing())) {
            return ReasonCode.NOT_AUTHORIZED; // Accounts have changed while it was on its way.
        }
        long allowedSeconds = shard.permissions.expirySecondsMax(connection);
        connection.expirySecondsMax = ConnectTerms.expirySecondsMax(connection, shard.limits, allowedSeconds);
        boolean untold = connect.version() != ProtocolVersion.MQTT_5 && !connect.cleanStart();
        if (untold && connection.expirySecondsMax == 0) {
            return ReasonCode.NOT_AUTHORIZED; // It would believe its session kept.
        }
        Will will = connect.will();
        if (will != null && (will.topic().startsWithDollar() || !shard.permissions.mayLeave(connection, will))) {
            return ReasonCode.NOT_AUTHORIZED; // T28
        }
        ReasonCode terms = ConnectTerms.judge(connect, shard.limits.connect());
        return terms.isFailure() ? terms : shard.env.admit(connect);
    }

    /**
     * Whether a client goes on with this session [MQTT-3.1.2-4] [MQTT5-3.1.2-5]. One whose expiry is 0 ends with its
     * connection, and so with the take-over; it may have rows from a time when its expiry was another (C24). One whose
     * time is over does not wait for the sweep to find out [MQTT5-4.1.0-2].
     */
    private boolean resumes(Session session, Connect connect) {
        return session.durable
                && session.expirySeconds != 0
                && !isExpired(session)
                && !connect.cleanStart(); // [MQTT5-3.1.2-4]
    }

    private boolean isExpired(Session session) {
        return session.expiryDueMillis != 0 && session.expiryDueMillis <= shard.env.nowMillis();
    }

    private void refuse(Connection connection, ReasonCode reason) {
        Properties why = connection.version == ProtocolVersion.MQTT_5
                ? Properties.builder().reasonString(Sentences.of(reason)).build()
                : Properties.NONE;
        shard.send(connection, new ConnAck(false, reason, why)); // [MQTT-3.2.2-4] [MQTT5-3.2.2-6]
        connection.close(reason); // [MQTT-3.2.2-5] [MQTT5-3.2.2-7] [MQTT5-3.1.4-2]
        shard.connections.remove(connection);
    }

    /**
     * The number of a client's session, or -1. Nothing but the client identifier leads to it [MQTT-3.1.3-2]
     * [MQTT5-3.1.3-2].
     */
    long number(String clientId) {
        Long number = shard.clients.get(clientId);
        if (number != null) {
            return number;
        }
        byte[] row = shard.store.get(Table.CLIENT, Keys.text(utf8(clientId)));
        return row == null ? -1 : SessionRecords.clientSession(row);
    }

    private Session create(Connection connection, Connect connect) {
        boolean durable = ConnectTerms.expirySeconds(connection, connect) != 0;
        long number = SessionNumbers.of(shard.env.nextSessionSequence(), connect.clientId());
        Session session = new Session(number, connect.clientId(), durable, new SessionState(number, shard.space));
        session.createdMillis = shard.env.nowMillis();
        if (!durable) {
            session.countBodies(shard.backlog);
        }
        shard.env.count(ShardEvent.SESSION_STARTED);
        shard.sessions.put(number, session);
        shard.clients.put(session.clientId, number);
        return session;
    }

    /** The rows of a CONNECT, which stay until the session ends [MQTT-4.1.0-1]; false when a session needs none. */
    private boolean write(Session session, boolean created) {
        long number = session.number;
        if (created && (session.durable || session.will != null)) {
            shard.add(new RowOps.NewSession(SessionNumbers.sequence(number)), ROW_BYTES);
        }
        if (session.durable) {
            if (created) {
                byte[] record = SessionRecords.client(number);
                shard.add(new RowOps.Put(Table.CLIENT, Keys.text(utf8(session.clientId)), record), ROW_BYTES);
            }
            stopTimers(session);
            session.connectedMillis = shard.env.nowMillis();
            rows.putSession(session, session.connectedMillis, 0);
        }
        if (session.durable || session.will != null) {
            rows.putConnected(session);
            wills.row(session);
            return true;
        }
        return false;
    }

    private void stopTimers(Session session) {
        if (session.expiryDueMillis != 0) {
            rows.deleteTimer(session.expiryDueMillis, session.number, TimerKind.SESSION_EXPIRY);
            session.expiryDueMillis = 0;
        }
        if (session.willDueMillis != 0) {
            rows.deleteTimer(session.willDueMillis, session.number, TimerKind.WILL_DELAY);
            session.willDueMillis = 0;
        }
    }

    /** The CONNECT is on disk: the old connection ends and the new one hears of it. */
    private final class Connected extends RowOps.Note {
        private final Session session;
        private final Connection connection;
        private final ConnAck answer;
        private final @Nullable Connection old;
        private final boolean cleanStart;
        private final @Nullable String user;

        Connected(Session session, Connection connection, ConnAck answer, @Nullable Connection old, Connect connect) {
            cleanStart = connect.cleanStart();
            user = connection.userName() == null ? connect.userName() : connection.userName();
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
                departures.closed(connection);
                return;
            }
            if (connection.version == ProtocolVersion.MQTT_5 && session.state.inboundCount() > 0) {
                connection.carry(session.state.inboundSorted());
            }
            shard.env.count(ShardEvent.CONNECTED);
            shard.env.connected(connection, session.clientId, cleanStart, user);
            shard.send(connection, answer); // [MQTT-3.2.0-1] [MQTT5-3.2.0-1] [MQTT-3.1.4-4] [MQTT5-3.1.4-5]
            shard.outbound.resume(session);
            shard.members.connected(session);
            connection.resumeReading(shard.env.nowMillis());
        }

        private void takeOver(@Nullable Connection other) {
            if (other != null && other != connection && other.isOpen()) {
                shard.env.count(ShardEvent.TAKEN_OVER);
                shard.env.count(ShardEvent.DISCONNECTED);
                shard.env.disconnected(other, session.clientId, Sentences.of(ReasonCode.SESSION_TAKEN_OVER));
                other.close(ReasonCode.SESSION_TAKEN_OVER); // [MQTT-3.1.4-2] [MQTT5-3.1.4-3]
                shard.connections.remove(other);
            }
        }
    }

    /** The broker ends a connection, with the usual sentence about this reason. */
    void end(Connection connection, ReasonCode reason) {
        departures.end(connection, reason, null);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
