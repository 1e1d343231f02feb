// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.session.RoutingWatch.Decision;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.Origin;
import org.jspecify.annotations.Nullable;

/**
 * Messages on their way to clients: window and acknowledgements. An index's packet identifier follows from the index, so
 * it survives restarts [MQTT-2.3.1-4]; the window is bounded by Receive Maximum and by the span within which identifiers are unique (C17) [MQTT5-2.2.1-4] [MQTT5-4.3.2-1] [MQTT5-4.3.3-1].
 */
final class OutboundFlow {
    final QueueReading reading;
    final QueueLimits limits;

    private final SessionShard shard;

    OutboundFlow(SessionShard shard) {
        this.shard = shard;
        reading = new QueueReading(shard);
        limits = new QueueLimits(shard);
    }

    /** A message was appended: send it if the window is open, else keep or bound it. */
    void appended(Session session, long index, Message message) {
        Connection connection = session.connection;
        if (connection != null && session.cursor == index && mayPublish(session, connection, index)) {
            // Nothing waits before it: it leaves without a stop in the session's memory.
            publish(session, connection, index, session.state.delivery(index), message);
            shard.inbound.continueRetained(session);
        } else {
            shard.decided(session, message, Decision.QUEUED);
            if (connection != null) {
                keep(session, index, message);
                pump(session);
            }
        }
        limits.bound(session);
    }

    /** A volatile session has no rows to read a message from again. */
    void keep(Session session, long index, Message message) {
        if (!session.durable || session.bodies == null || session.bodies.size() < shard.sizes.bodiesMax()) {
            session.keepBody(index, message);
        }
    }

    /**
     * Whether window, identifiers and socket allow one more. Messages that only wait for PUBCOMP on a resumed session take
     * nothing of the client's Receive Maximum [MQTT5-4.9.0-1] [MQTT5-4.9.0-2] [MQTT5-3.3.4-9].
     */
    private boolean mayPublish(Session session, Connection connection, long index) {
        return session.inflight - session.resumedReleases() < connection.receiveMaximum
                && index < session.acknowledgedOnDisk + shard.space.span()
                && connection.isWritable();
    }

    /** QoS 0 to a client that does not read is dropped, not queued [MQTT-4.3.1-1]. */
    void sendAtMostOnce(Session session, Message message, int flags, int @Nullable [] identifiers) {
        Connection connection = session.connection;
        if (connection == null) {
            return;
        }
        if (!connection.isWritable()) {
            shard.env.count(ShardEvent.DROPPED_SLOW);
            shard.decided(session, message, Decision.SLOW_RECEIVER);
            return;
        }
        if (!shard.permissions.mayReceive(connection, message)) {
            shard.env.count(ShardEvent.DROPPED_DENIED);
            shard.decided(session, message, Decision.DENIED);
            return;
        }
        boolean retain = (flags & Delivery.RETAIN) != 0;
        long expirySeconds = Message.NEVER;
        if (message.expires()) {
            long now = shard.env.nowMillis();
            if (message.expirySeconds() > 0 && message.isExpired(now)) {
                shard.env.count(ShardEvent.DROPPED_EXPIRED);
                shard.decided(session, message, Decision.EXPIRED);
                return;
            }
            expirySeconds = message.remainingSeconds(now);
        }
        // never DUP [MQTT5-4.3.1-1]
        if (connection.writePublish(message, 0, 0, false, retain, identifiers, expirySeconds)) {
            shard.touch(connection);
            shard.env.count(ShardEvent.sent(0));
            shard.decided(session, message, Decision.SENT);
        } else {
            shard.env.count(ShardEvent.DROPPED_TOO_LARGE);
            shard.decided(session, message, Decision.TOO_LARGE);
        }
    }

    /**
     * A new connection has its CONNACK: every PUBREL goes out at once, as no window holds it back [MQTT5-4.9.0-3]
     * [MQTT5-3.3.4-10]; then everything unsettled is sent again, in order, oldest first, as fast as this client's Receive
     * Maximum allows (C26) [MQTT-4.4.0-1] [MQTT5-4.4.0-1].
     */
    void resume(Session session) {
        session.cursor = session.state.acknowledged();
        session.inflight = 0;
        session.resumedReleases = null;
        session.reading = false;
        Connection connection = session.connection;
        if (connection != null && session.state.releasedCount() > 0) {
            for (long index : session.state.releasedSorted()) {
                if (session.isReleasedOnDisk(index)) { // Else the commit of its PUBREC sends it.
                    ack(connection, PacketType.PUBREL, shard.space.packetId(index));
                }
            }
        }
        pump(session);
    }

    /** Sends as much as window, identifiers and socket allow. */
    void pump(Session session) {
        if (session.group != null) {
            shard.groups.pump(session);
            return;
        }
        Connection connection = session.connection;
        while (connection != null && session.cursor < session.state.next()) {
            long index = session.cursor;
            if (session.state.isSettled(index)) {
                session.cursor++;
                continue;
            }
            if (session.state.isReleased(index)) {
                session.cursor++; // Its PUBREL left when the session was resumed.
                session.inflight++;
                session.noteResumedRelease(index);
            } else if (!mayPublish(session, connection, index) || !send(session, connection, index)) {
                return;
            }
        }
        shard.full.judge(session);
        shard.inbound.continueRetained(session);
    }

    /** Sends or gives up the message at the cursor, which moves on; false when it has to be read first. */
    private boolean send(Session session, Connection connection, long index) {
        long delivery = session.state.delivery(index);
        if (delivery == Delivery.NONE) {
            reading.readFragment(session, index);
            return false;
        }
        Message message = session.body(index);
        if (message == null) {
            reading.readMessages(session, index);
            return false;
        }
        publish(session, connection, index, delivery, message);
        session.dropBody(index);
        return true;
    }

    private void publish(Session session, Connection connection, long index, long delivery, Message message) {
        // All that DUP says [MQTT-3.3.1-3] [MQTT5-3.3.1-3] [MQTT-4.3.2-1] [MQTT5-4.3.2-2] [MQTT5-4.3.3-2].
        boolean again = index < session.sentThrough;
        if (!shard.permissions.mayReceive(connection, message)) {
            shard.env.count(ShardEvent.DROPPED_DENIED);
            shard.decided(session, message, Decision.DENIED);
            session.cursor++;
            giveUp(session, index, again && Delivery.qos(delivery) == 2);
            return;
        }
        long expirySeconds = Message.NEVER;
        if (message.expires()) {
            long now = shard.env.nowMillis();
            // What was sent goes on, expired or not (C16) [MQTT5-4.3.3-7] [MQTT5-4.3.3-13].
            if (!again && hasExpired(session, index, message, now)) {
                session.cursor++;
                drop(session, index); // [MQTT5-3.3.2-5]
                shard.env.count(ShardEvent.DROPPED_EXPIRED);
                shard.decided(session, message, Decision.EXPIRED);
                return;
            }
            expirySeconds = message.remainingSeconds(now); // [MQTT5-3.3.2-6]
        }
        boolean written = connection.writePublish(
                message,
                shard.space.packetId(index),
                Delivery.qos(delivery),
                again,
                (Delivery.flags(delivery) & Delivery.RETAIN) != 0,
                Origin.identifiers(Delivery.flags(delivery), session.state.identifiers(index)),
                expirySeconds);
        session.cursor++;
        if (!written) {
            shard.env.count(ShardEvent.DROPPED_TOO_LARGE); // It counts as delivered to this client [MQTT5-3.1.2-25].
            shard.decided(session, message, Decision.TOO_LARGE);
            giveUp(session, index, again && Delivery.qos(delivery) == 2);
            return;
        }
        session.inflight++;
        shard.touch(connection);
        session.sentThrough = Math.max(session.sentThrough, index + 1);
        shard.env.count(ShardEvent.sent(Delivery.qos(delivery)));
        shard.decided(session, message, Decision.SENT);
    }

    /** An interval of 0 leaves time for a window that is open at the commit, and for nothing more. */
    private static boolean hasExpired(Session session, long index, Message message, long now) {
        boolean atOnce =
                message.expirySeconds() == 0 && index == session.state.next() - 1 && session.body(index) == null;
        return !atOnce && message.isExpired(now);
    }

    /**
     * The message at the cursor is not sent: the client takes no packet of this size, or may not have it. Where the client may
     * remember it from an earlier connection, PUBREL frees its packet identifier there too.
     */
    private void giveUp(Session session, long index, boolean mayBeKnown) {
        if (mayBeKnown && session.durable) {
            session.inflight++;
            session.noteResumedRelease(index);
            release(session, index);
        } else {
            drop(session, index);
        }
    }

    private void ack(Connection connection, PacketType type, int packetId) {
        connection.writeAck(type, packetId);
        shard.touch(connection);
    }

    // ---- acknowledgements

    /**
     * Settles a QoS 1 message, which is unacknowledged until now [MQTT-4.3.2-1] [MQTT5-4.3.2-3]. A PUBACK with a failure
     * settles it as well; one of a shared group is offered to nobody else then [MQTT5-4.8.2-6].
     */
    void onPubAck(Session session, int packetId) {
        long index = sent(session, packetId, 1);
        if (index < 0) {
            shard.env.count(ShardEvent.UNKNOWN_PACKET_ID);
            return;
        }
        settle(session, index, EventKind.ACKNOWLEDGED);
    }

    /** A QoS 2 message is unacknowledged until now [MQTT5-4.3.3-3]; then its PUBREL is. */
    void onPubRec(Connection connection, Session session, PubRec pubRec) {
        long index = sent(session, pubRec.packetId(), 2);
        boolean failure = pubRec.reasonCode().isFailure();
        if (index < 0) {
            shard.env.count(ShardEvent.UNKNOWN_PACKET_ID);
            if (connection.version == ProtocolVersion.MQTT_5 && !failure) {
                shard.send(connection, new PubRel(pubRec.packetId(), ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
            }
        } else if (!session.state.isReleased(index)) {
            if (failure) {
                settle(
                        session,
                        index,
                        EventKind.ACKNOWLEDGED); // No PUBREL, no re-send [MQTT5-4.4.0-2] [MQTT5-4.8.2-6].
            } else {
                release(session, index);
            }
        } else if (!session.durable || session.isReleasedOnDisk(index)) {
            pubRel(session, index);
        }
    }

    private void release(Session session, long index) {
        session.state.release(index);
        if (session.durable) {
            shard.out().event(EventKind.RELEASED, session.number, index, 0);
            shard.checkpoints.mark(session, Session.Dirty.CHANGED);
        } else {
            pubRel(session, index);
        }
    }

    /** Until now PUBREL was sent again with each connection [MQTT5-4.3.3-5]. */
    void onPubComp(Session session, int packetId) {
        long index = sent(session, packetId, 2);
        boolean released = index >= 0 && session.state.isReleased(index);
        // Before PUBREL left, a PUBCOMP answers nothing; and no group may hold two events of one index (C20).
        if (!released || (session.durable && !session.isReleasedOnDisk(index))) {
            shard.env.count(ShardEvent.UNKNOWN_PACKET_ID);
            return;
        }
        settle(session, index, EventKind.COMPLETED);
    }

    /** The PUBREC of this index is on disk: now PUBREL may leave [MQTT-4.3.3-1]. */
    void releasedOnDisk(Session session, long index) {
        session.releaseOnDisk(index);
        // Behind the cursor or not: what a resume left to this commit lies before it while the window is narrow.
        if (session.connection != null && session.state.isReleased(index)) {
            pubRel(session, index);
        }
    }

    /** A settlement is on disk: its packet identifier is free, which may be what the queue waited for (C17). */
    void settledOnDisk(Session session, long index) {
        boolean waited = session.cursor >= session.acknowledgedOnDisk + shard.space.span();
        session.settleOnDisk(index);
        if (waited) {
            pump(session);
        }
    }

    private void pubRel(Session session, long index) {
        if (session.connection != null) {
            ack(session.connection, PacketType.PUBREL, shard.space.packetId(index));
        }
    }

    /** The index that a client's acknowledgement means, or -1. */
    private long sent(Session session, int packetId, int qos) {
        if (packetId > shard.space.packetIds()) {
            return -1;
        }
        long index = shard.space.index(packetId, session.state.acknowledged());
        boolean known = (index < session.cursor || session.state.isReleased(index)) && !session.state.isSettled(index);
        if (!known) {
            return -1;
        }
        if (session.state.delivery(index) == Delivery.NONE) {
            reading.restore(
                    session, index); // Released before the session was resumed, and far behind the head of its queue.
        }
        return Delivery.qos(session.state.delivery(index)) == qos ? index : -1;
    }

    private void settle(Session session, long index, EventKind kind) {
        if (session.durable) {
            long delivery = session.state.delivery(index);
            shard.out().event(kind, session.number, index, Delivery.messageId(delivery));
            shard.checkpoints.mark(session, Session.Dirty.CHANGED);
        }
        forget(session, index, kind);
        if (!session.durable) {
            session.settleOnDisk(index);
        }
        if (index < session.cursor) {
            session.inflight--;
            session.forgetResumedRelease(index);
        }
        pump(session);
        hurry(session);
    }

    /** An index is settled: its message is nobody's any more, and there may be room for another. */
    private void forget(Session session, long index, EventKind kind) {
        if (!session.durable && Origin.isShared(session.state.delivery(index))) {
            shard.members.repaid(session, index, kind);
        }
        session.state.settle(index);
        session.dropBody(index);
        shard.members.settled(session);
    }

    /**
     * Acknowledgements can wait for somebody else's sync, up to a second; not when the queue waits for the identifiers
     * they set free (C17). Once for each commit, so a long queue costs one sync for each span of identifiers.
     */
    void hurry(Session session) {
        boolean waits = session.cursor < session.state.next()
                && session.cursor >= session.acknowledgedOnDisk + shard.space.span()
                && session.state.acknowledged() > session.acknowledgedOnDisk;
        if (!waits || session.hurrying || session.connection == null) {
            return;
        }
        session.hurrying = true;
        long before = session.acknowledgedOnDisk;
        shard.addUrgent(
                new RowOps.Note() {
                    @Override
                    public void committed() {
                        session.hurrying = false;
                        // Without progress another sync would bring none either: what it waits for is not handed over.
                        if (session.acknowledgedOnDisk > before) {
                            hurry(session);
                        }
                    }
                },
                0);
    }

    /** Gives an unsent message up; its index stays used. */
    void drop(Session session, long index) {
        if (session.state.delivery(index) == Delivery.NONE) {
            reading.restore(session, index);
        }
        if (session.durable) {
            long delivery = session.state.delivery(index);
            shard.out().event(EventKind.DROPPED, session.number, index, Delivery.messageId(delivery));
            shard.checkpoints.mark(session, Session.Dirty.CHANGED);
        } else {
            session.settleOnDisk(index);
        }
        forget(session, index, EventKind.DROPPED);
    }
}
