// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PropertiesBuilder;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.session.Connection;
import io.holdfast.server.session.ShardProbe;
import io.holdfast.storage.log.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Two queues in place of a socket: each keeps its order, and both are lost when the connection breaks. */
final class SimConnection extends Connection {
    /** A packet under way to the broker; the label of the message in it, or -1. */
    record ToServer(Packet packet, int label) {}

    /** A packet under way to the client, null for the end of the stream; for a PUBLISH also where it comes from. */
    record ToClient(@Nullable Packet packet, int label, long number, long index, long group, int leftAt) {}

    private static final int NO_LABEL = -1;

    final SimClient client;
    final SimBroker broker;
    final int shard;

    /** What the client asked for. */
    final int receiveMaximum;

    final long expirySeconds;

    /** Packets in the client's direction beyond which the socket counts as full. */
    private final int writableMax;

    final ArrayDeque<ToServer> toServer = new ArrayDeque<>();
    final ArrayDeque<ToClient> toClient = new ArrayDeque<>();
    private final List<ToClient> buffer = new ArrayList<>();
    private boolean reading = true;
    private boolean connected;

    /** The client takes small packets only. */
    private final boolean smallPackets;

    /** A control has sent this answer already; 0 for none. */
    private int answered;

    /** The core found the socket full and waits to hear of room. */
    boolean blocked;

    SimConnection(SimClient client, SimBroker broker, int shard, int writableMax) {
        this.client = client;
        this.broker = broker;
        this.shard = shard;
        this.writableMax = writableMax;
        smallPackets = client.smallPackets;
        receiveMaximum = client.speaksFive()
                ? client.receiveMaximum
                : broker.world.config.limits().receiveMaximum();
        expirySeconds = client.expirySeconds;
        onLoopback(); // Else nobody would keep a session.
    }

    /** Whether the shard would take a packet now. */
    boolean isReadable() {
        return isOpen() && reading && !toServer.isEmpty();
    }

    /** The next packet is the connection's first. */
    boolean isNew() {
        boolean first = !connected;
        connected = true;
        return first;
    }

    boolean hasRoom() {
        return toClient.size() + buffer.size() < writableMax;
    }

    @Override
    protected void write(Packet packet) {
        put(packet);
    }

    /** A control answers before the time has come; the answer at its time is left out then. */
    void answerAtOnce(Packet packet) {
        if (packet instanceof Disconnect) {
            toClient.add(new ToClient(null, NO_LABEL, 0, -1, 0, 0));
        } else if (packet instanceof Publish publish && answered == 0 && client.waitsOnlyFor(publish.packetId())) {
            answered = publish.packetId();
            toClient.add(new ToClient(new PubAck(answered), NO_LABEL, 0, -1, 0, 0));
        }
    }

    @Override
    protected void writeAck(PacketType type, int packetId) {
        if (type == PacketType.PUBACK && packetId == answered) {
            answered = 0;
            return;
        }
        put(
                switch (type) {
                    case PUBACK -> new PubAck(packetId);
                    case PUBREC -> new PubRec(packetId);
                    case PUBREL -> new PubRel(packetId);
                    case PUBCOMP -> new PubComp(packetId);
                    default -> throw new Violation(type + " is no acknowledgement");
                });
    }

    private void put(Packet packet) {
        buffer.add(new ToClient(packet, NO_LABEL, 0, -1, 0, 0));
    }

    @Override
    protected boolean writePublish(
            Message message,
            int packetId,
            int qos,
            boolean dup,
            boolean retain,
            int @Nullable [] identifiers,
            long expirySeconds) {
        int label = broker.world.ledger.label(message);
        long number = ShardProbe.number(this);
        long index = qos == 0 ? -1 : ShardProbe.sendingIndex(this);
        if (smallPackets && ShardProbe.isDurable(this) && FiveRules.isLarge(label)) {
            broker.world.history.excuse(number, label);
            broker.world.history.excuse(ShardProbe.sendingGroup(this), label); // It counts as delivered for its group.
            return false;
        }
        PropertiesBuilder properties = Properties.builder();
        if (identifiers != null) {
            Arrays.stream(identifiers).forEach(properties::subscriptionIdentifier);
        }
        int from = message.payloadOffset();
        byte[] payload = Arrays.copyOfRange(message.payloadArray(), from, from + message.payloadBytes());
        Publish publish = new Publish(
                packetId, QoS.of(qos), dup, retain, TopicName.of(message.topic()), payload, properties.build());
        if (index >= 0) {
            broker.sending(this, publish, label, index, expirySeconds);
        }
        long group = index < 0 ? 0 : ShardProbe.sendingGroup(this);
        buffer.add(new ToClient(publish, label, number, index, group, broker.world.now()));
        return true;
    }

    @Override
    protected void flush() {
        toClient.addAll(buffer);
        buffer.clear();
    }

    @Override
    protected boolean isWritable() {
        blocked |= !hasRoom();
        return hasRoom();
    }

    @Override
    protected void applyReading(boolean on) {
        reading = on;
    }

    @Override
    protected void shut(ReasonCode reason, String why) {
        flush();
        toClient.add(new ToClient(null, NO_LABEL, 0, -1, 0, 0));
        toServer.clear();
        broker.later(shard, "closed", () -> broker.shard(shard).onClosed(this));
    }

    @Override
    public String peer() {
        return client.id;
    }
}
