// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Property;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.schema.Keys.TimerKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ends of a connection and what follows from them: DISCONNECT, a broken socket, an end that the broker decides, and
 * the end of the broker before this one. Then the time that its session and its will have left runs, in rows of table
 * {@code timer} with absolute times, so that both happen when they are due whoever is running then (C03, C34).
 */
final class ConnectionEnd {
    private static final int ROW_BYTES = 96;

    private final SessionShard shard;
    private final SessionEnd ends;
    private final Wills wills;
    private final ConnectionRows rows;

    ConnectionEnd(SessionShard shard, SessionEnd ends, Wills wills) {
        this.shard = shard;
        this.ends = ends;
        this.wills = wills;
        rows = new ConnectionRows(shard);
    }

    /**
     * The broker ends a connection: protocol error (S24), keep alive (S22), stop.
     *
     * @param why for a person, null for the usual sentence about this reason
     */
    void end(Connection connection, ReasonCode reason, @Nullable String why) {
        if (connection.isOpen()) {
            connection.close(reason, why);
            tell(connection, why == null ? Sentences.of(reason) : why);
            closed(connection);
        }
        shard.connections.remove(connection);
    }

    /** Says for a person why the connection of a session has ended. */
    void tell(Connection connection, String cause) {
        Session session = connection.session;
        if (session != null && session.connection == connection) {
            shard.env.disconnected(connection, session.clientId, cause);
        }
    }

    /** A connection has ended without DISCONNECT [MQTT-3.1.2-8]. */
    void closed(Connection connection) {
        Session session = connection.session;
        if (session == null || session.connection != connection || session.ended) {
            return;
        }
        detach(session);
        if (session.connecting == 0) {
            leave(session, shard.env.nowMillis(), null);
        }
    }

    /**
     * DISCONNECT: with reason 0x00 the will goes unpublished [MQTT-3.14.4-3] [MQTT5-3.14.4-3]; the connection closes when
     * that, and a changed Session Expiry Interval, is on disk (C23).
     */
    void onDisconnect(Connection connection, Session session, Disconnect disconnect) {
        ReasonCode reason = disconnect.reasonCode();
        tell(connection, reason == ReasonCode.SUCCESS ? "it said goodbye" : "it said goodbye with " + reason);
        detach(session);
        if (session.connecting > 0) {
            connection.close(ReasonCode.SUCCESS);
            shard.connections.remove(connection);
            return;
        }
        if (disconnect.properties().contains(Property.SESSION_EXPIRY_INTERVAL)) {
            // The decoder has refused one that was raised from 0: that session has no rows [MQTT5-3.1.2-23].
            session.expirySeconds =
                    Math.min(disconnect.properties().sessionExpiryIntervalSeconds(), connection.expirySecondsMax);
        }
        if (disconnect.reasonCode() == ReasonCode.SUCCESS) {
            wills.disarm(session); // [MQTT5-3.1.2-10]
        }
        leave(session, shard.env.nowMillis(), connection);
    }

    private void detach(Session session) {
        session.connection = null;
        shard.env.count(ShardEvent.DISCONNECTED);
        shard.members.disconnected(session);
        if (session.durable) {
            session.bodies = null;
        }
    }

    /**
     * The session is alone from now on, or ends.
     *
     * @param connection waits for the commit of its DISCONNECT; null when it has gone
     */
    private void leave(Session session, long atMillis, @Nullable Connection connection) {
        boolean over = !session.durable || session.expirySeconds == 0;
        SessionEnd.Held given = over ? ends.held(session) : null;
        boolean published = wills.leave(session, atMillis); // [MQTT5-3.1.2-8]
        if (given != null) {
            boolean written = session.durable || session.hadWill || published;
            ends.end(session, given);
            if (connection != null && written) {
                shard.addUrgent(new Left(session, connection), ROW_BYTES);
            } else if (connection != null) {
                connection.close(ReasonCode.SUCCESS);
                shard.connections.remove(connection);
            }
            return;
        }
        boolean expires = session.expirySeconds != ConnectTerms.NEVER_EXPIRES;
        session.expiryDueMillis = expires ? atMillis + session.expirySeconds * 1_000 : 0;
        rows.putSession(session, 0, atMillis);
        rows.deleteConnected(session.number);
        if (expires) {
            rows.putTimer(session.expiryDueMillis, session, TimerKind.SESSION_EXPIRY); // [MQTT5-4.1.0-2]
        }
        if (session.willDueMillis == 0) {
            wills.removeRow(session);
        } else {
            rows.putTimer(session.willDueMillis, session, TimerKind.WILL_DELAY);
        }
        Left left = new Left(session, connection);
        if (connection == null) {
            shard.add(left, ROW_BYTES);
        } else {
            shard.addUrgent(left, ROW_BYTES);
        }
    }

    /** The end of a connection is on disk, or the will that followed it. */
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

    /** Once a second: who has been silent for too long, and how much is under way with those who have not. */
    void tick(long nowMillis) {
        long in = 0;
        long out = 0;
        for (Connection connection : List.copyOf(shard.connections)) {
            judgeKeepAlive(connection, nowMillis);
            Session session = connection.session;
            if (session != null && session.connection == connection) {
                boolean counted = connection.version == ProtocolVersion.MQTT_5;
                in += counted ? connection.unacknowledged : session.state.inboundCount();
                out += session.inflight;
            }
        }
        shard.env.holds(new ShardFigures(in, out, shard.backlog.bytes()));
    }

    /** Silence for one and a half times the keep alive ends a connection [MQTT-3.1.2-24] [MQTT5-3.1.2-22]. */
    private void judgeKeepAlive(Connection connection, long nowMillis) {
        // A client that waits for an answer, which waits for the disk, may do so in silence.
        if (connection.isHeldBack() || !connection.replies.isEmpty()) {
            connection.lastPacketMillis = nowMillis; // C22
            return;
        }
        long silent = nowMillis - connection.lastPacketMillis;
        boolean judged = connection.keepAliveSeconds > 0 && connection.isReading() && connection.isOpen();
        if (judged && silent > connection.keepAliveSeconds * 1_500L) {
            shard.env.count(ShardEvent.KEEP_ALIVE_EXPIRED);
            String why = "nothing came for " + silent / 1_000 + " s, and the keep alive is "
                    + connection.keepAliveSeconds + " s";
            end(connection, ReasonCode.KEEP_ALIVE_TIMEOUT, why);
        }
    }

    // ---- what time brings

    /**
     * A connection that ended with the broker: everything within the span may have been sent (C16), its will and the
     * expiry of its session are due as if it had ended as late as it can have (C03): nobody loses a session because the
     * broker cannot know exactly when it died.
     *
     * @param latestMillis the latest time at which it can have ended
     */
    void leftOver(long number, long latestMillis) {
        Session session = shard.get(number);
        if (shard.isQuarantined(number)) {
            return; // Its will and its mark stay for the one who mends its rows.
        }
        if (session == null) {
            wills.publishOrphan(number);
            rows.deleteConnected(number);
            return;
        }
        long mayBeSent = session.acknowledgedOnDisk + shard.space.span();
        session.sentThrough = Math.max(session.sentThrough, Math.min(session.state.next(), mayBeSent));
        wills.restore(session);
        long endedMillis = Math.min(shard.env.nowMillis(), latestMillis);
        leave(session, Math.max(endedMillis, session.connectedMillis), null);
    }

    /** A session's time is over, if nobody came back to it [MQTT5-4.1.0-2]. */
    void expire(long number, long dueMillis) {
        Session session = alone(number);
        if (session != null && session.group != null) {
            endGroup(number);
        } else if (session != null && session.expiryDueMillis == dueMillis) {
            SessionEnd.Held given = ends.held(session);
            if (given != null) {
                shard.env.expired(session.clientId, session.state.unsettledCount());
                wills.sessionEnds(session);
                ends.end(session, given);
            }
        }
    }

    /** A shared group has lost its last member: what it holds goes with it. */
    void endGroup(long number) {
        Session session = shard.get(number);
        SessionEnd.Held given = session == null || session.group == null ? null : ends.held(session);
        if (session != null && given != null) {
            ends.end(session, given);
        }
    }

    /** A will's delay is over, and nobody came back: it fires, once, as its rows go with it [MQTT5-3.1.2-8]. */
    void fireWill(long number, long dueMillis) {
        Session session = alone(number);
        if (session != null && session.willDueMillis == dueMillis) {
            wills.fire(session);
            rows.deleteTimer(dueMillis, number, TimerKind.WILL_DELAY);
            shard.addUrgent(new Left(session, null), ROW_BYTES);
        }
    }

    /** A session without a connection: no other one's time can be over [MQTT-4.1.0-2] [MQTT5-4.1.0-1]. */
    private @Nullable Session alone(long number) {
        Session session = shard.get(number);
        return session != null && session.connection == null && session.connecting == 0 ? session : null;
    }
}
