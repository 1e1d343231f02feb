// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.log.EventKind;

/** What clients send after CONNECT. Packets that must wait for a commit are held, with everything behind them (C20). */
final class InboundFlow {
    static final int EVENT_REPLY_BYTES = 16;

    private final SessionShard shard;
    private final Acknowledgements acks;
    private final PublishFlow publishing;
    private final SubscriptionFlow subscriptions;

    InboundFlow(SessionShard shard) {
        this.shard = shard;
        acks = new Acknowledgements(shard);
        publishing = new PublishFlow(shard, acks);
        subscriptions = new SubscriptionFlow(shard);
    }

    void onPacket(Connection connection, Session session, Packet packet) {
        if (session.ended || session.connection != connection) {
            return; // A newer connection owns the session (C25).
        }
        switch (packet.type()) {
            case PUBLISH -> publishing.onPublish(connection, session, (Publish) packet);
            case PUBACK -> shard.outbound.onPubAck(session, ((PubAck) packet).packetId());
            case PUBREC -> shard.outbound.onPubRec(connection, session, (PubRec) packet);
            case PUBREL -> onPubRel(connection, session, (PubRel) packet);
            case PUBCOMP -> shard.outbound.onPubComp(session, ((PubComp) packet).packetId());
            case SUBSCRIBE -> subscriptions.onSubscribe(connection, session, (Subscribe) packet);
            case UNSUBSCRIBE -> subscriptions.onUnsubscribe(connection, session, (Unsubscribe) packet);
            case PINGREQ -> shard.send(connection, PingResp.INSTANCE); // [MQTT-3.12.4-1]
            case DISCONNECT -> shard.departures.onDisconnect(connection, session, (Disconnect) packet);
            case AUTH -> {
                if (!connection.onAuth((Auth) packet)) {
                    breaksProtocol(connection);
                }
            }
            // A second CONNECT, or a packet only servers send [MQTT-3.1.0-2].
            default -> breaksProtocol(connection);
        }
    }

    private void breaksProtocol(Connection connection) {
        shard.env.count(ShardEvent.PROTOCOL_ERROR);
        shard.connects.end(connection, ReasonCode.PROTOCOL_ERROR);
    }

    /** The identifier of a released message is free for a new one behind PUBCOMP [MQTT5-4.3.3-12]. */
    private void onPubRel(Connection connection, Session session, PubRel pubRel) {
        int packetId = pubRel.packetId();
        if (session.addingInbound.contains(packetId) || session.releasingInbound.contains(packetId)) {
            hold(connection, pubRel);
        } else if (session.state.removeInbound(packetId)) {
            boolean counted = connection.version == ProtocolVersion.MQTT_5 && !connection.takeCarried(packetId);
            RowOps.Note reply = acks.parked(connection, PacketType.PUBCOMP, packetId, counted);
            if (session.durable) {
                session.releasingInbound.add(packetId);
                shard.out().event(EventKind.INBOUND_RELEASED, session.number, packetId, 0);
                shard.checkpoints.mark(session, Session.Dirty.CHANGED);
                shard.addUrgent(reply, EVENT_REPLY_BYTES);
            } else {
                reply.committed();
            }
        } else if (connection.version == ProtocolVersion.MQTT_5) {
            shard.env.count(ShardEvent.UNKNOWN_PACKET_ID);
            PubComp unknown = new PubComp(packetId, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
            acks.ready(connection, unknown, false);
        } else {
            acks.ready(connection, PacketType.PUBCOMP, packetId);
        }
    }

    /** Keeps a packet until what it waits for is on disk; nothing behind it is read meanwhile. */
    void hold(Connection connection, Packet packet) {
        connection.held = packet;
        connection.pauseReading();
        shard.addUrgent(
                new RowOps.Note() {
                    @Override
                    public void committed() {
                        unhold(connection);
                    }
                },
                EVENT_REPLY_BYTES);
    }

    /** Takes the packet that was held, and reads on behind it. */
    void unhold(Connection connection) {
        Packet packet = connection.held;
        if (packet != null && connection.isOpen()) {
            connection.held = null;
            shard.onPacket(connection, packet);
            if (connection.held == null) {
                connection.resumeReading(shard.env.nowMillis());
            }
        }
    }

    /** Tells an MQTT 5 client that there is no room for its message. */
    void refuseForQuota(Connection connection, Publish publish, String why) {
        publishing.refusals().forQuota(connection, publish, why);
    }

    void addedOnDisk(Session session, int packetId) {
        session.addingInbound.remove(packetId);
    }

    void releasedOnDisk(Session session, int packetId) {
        session.releasingInbound.remove(packetId);
    }

    void startRetained(RetainedDelivery delivery) {
        subscriptions.start(delivery);
    }

    void continueRetained(Session session) {
        if (!session.owed.isEmpty()) {
            subscriptions.continueRetained(session);
        }
    }
}
