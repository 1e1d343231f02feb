// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.routing.Route;
import io.holdfast.server.routing.RoutedMessage;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.log.Message;
import java.util.Objects;

/** Answers to what clients publish and release, each in its place among its connection's replies (C21). */
final class Acknowledgements {
    private final SessionShard shard;

    Acknowledgements(SessionShard shard) {
        this.shard = shard;
    }

    /** An acknowledgement that only keeps its place. */
    void ready(Connection connection, PacketType type, int packetId) {
        connection.replies.add(new ReadyAck(type, packetId));
    }

    /**
     * As above, for an MQTT 5 client that is told more than success.
     *
     * @param endsMessage whether it is the last one of a message that counts on this connection
     */
    void ready(Connection connection, Packet packet, boolean endsMessage) {
        connection.replies.add(new ReadyPacket(packet, endsMessage));
    }

    /**
     * An acknowledgement that waits for a commit.
     *
     * @param endsMessage as above
     */
    RowOps.Note parked(Connection connection, PacketType type, int packetId, boolean endsMessage) {
        ParkedAck ack = new ParkedAck(connection, type, packetId, endsMessage);
        connection.replies.add(ack);
        return ack;
    }

    /** The answer to a message that takes this route. */
    PublishReply publish(Connection connection, Publish publish, Message message, Route route) {
        return new PublishReply(connection, publish, message, route);
    }

    /** As above; some have the message already. */
    PublishReply publish(Connection connection, Publish publish, Message message, Route route, Recipients served) {
        return new PublishReply(connection, publish, message, route, served);
    }

    private void write(Connection to, PacketType type, int packetId) {
        if (to.isOpen()) {
            to.writeAck(type, packetId);
            shard.touch(to);
        }
    }

    /** PUBACK or PUBREC for a message, parked until its group is on disk [MQTT-3.3.4-1] [MQTT5-3.3.4-1]. */
    final class PublishReply extends RoutedMessage implements Replies.Reply {
        private final Connection connection;
        private final int packetId;
        private boolean ready;

        PublishReply(Connection connection, Publish publish, Message message, Route route) {
            super(message, publish.topic(), route);
            this.connection = connection;
            packetId = publish.packetId();
        }

        /** As above; some have the message already. */
        PublishReply(Connection connection, Publish publish, Message message, Route route, Recipients served) {
            super(message, publish.topic(), route, served);
            this.connection = connection;
            packetId = publish.packetId();
        }

        /** Nothing of this message has to be on disk: the reply only keeps its place. */
        void now() {
            ready = true;
            added();
            connection.replies.add(this);
        }

        @Override
        public void committed() {
            ready = true;
            if (!isServed()) {
                session().publicationsUnderWay--;
            }
            added();
            connection.replies.advance();
        }

        private void added() {
            if (!isAtLeastOnce() && !session().durable) {
                session().addingInbound.remove(packetId);
            }
        }

        private Session session() {
            return Objects.requireNonNull(connection.session, "who publishes has a session");
        }

        private boolean isAtLeastOnce() {
            return message().qos() == QoS.AT_LEAST_ONCE.level();
        }

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void send(Connection to) {
            boolean atLeastOnce = isAtLeastOnce();
            if (to.version == ProtocolVersion.MQTT_5) {
                if (atLeastOnce) {
                    to.unacknowledged--;
                }
                if (reachesNobody()) {
                    ReasonCode nobody = ReasonCode.NO_MATCHING_SUBSCRIBERS;
                    shard.send(to, atLeastOnce ? new PubAck(packetId, nobody) : new PubRec(packetId, nobody));
                    return;
                }
            }
            write(to, atLeastOnce ? PacketType.PUBACK : PacketType.PUBREC, packetId);
        }
    }

    private final class ParkedAck extends ParkedReply {
        private final PacketType type;
        private final int packetId;
        private final boolean endsMessage;

        ParkedAck(Connection connection, PacketType type, int packetId, boolean endsMessage) {
            super(connection);
            this.type = type;
            this.packetId = packetId;
            this.endsMessage = endsMessage;
        }

        @Override
        public void send(Connection to) {
            if (endsMessage) {
                to.unacknowledged--;
            }
            write(to, type, packetId);
        }
    }

    private final class ReadyPacket implements Replies.Reply {
        private final Packet packet;
        private final boolean endsMessage;

        ReadyPacket(Packet packet, boolean endsMessage) {
            this.packet = packet;
            this.endsMessage = endsMessage;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void send(Connection to) {
            if (endsMessage) {
                to.unacknowledged--;
            }
            shard.send(to, packet);
        }
    }

    private final class ReadyAck implements Replies.Reply {
        private final PacketType type;
        private final int packetId;

        ReadyAck(PacketType type, int packetId) {
            this.type = type;
            this.packetId = packetId;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void send(Connection to) {
            write(to, type, packetId);
        }
    }
}
