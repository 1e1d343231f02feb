// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh;

import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.session.Connection;
import io.holdfast.storage.log.Message;
import java.util.ArrayDeque;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A client without a socket: answers what the broker sends, as a burst of its own, and counts finished handshakes. */
final class BenchmarkConnection extends Connection {
    private final Semaphore finished;
    private final BiConsumer<BenchmarkConnection, Packet> answer;
    private final ArrayDeque<Packet> answers = new ArrayDeque<>();

    /**
     * A client.
     *
     * @param finished gets a permit for each message that is done with: acknowledged as publisher, or received
     * @param answer takes packets to the broker in a later task of the shard
     */
    BenchmarkConnection(Semaphore finished, BiConsumer<BenchmarkConnection, Packet> answer) {
        this.finished = finished;
        this.answer = answer;
    }

    /** CONNECT without will, name and keep alive. */
    static Connect connect(String clientId, boolean cleanStart) {
        return Connect.anonymous(ProtocolVersion.MQTT_3_1_1, clientId, cleanStart, 0, null);
    }

    @Override
    protected void write(Packet packet) {
        if (packet.type() == PacketType.CONNACK || packet.type() == PacketType.SUBACK) {
            finished.release();
        }
    }

    @Override
    protected void writeAck(PacketType type, int packetId) {
        switch (type) {
            case PUBACK, PUBCOMP -> finished.release();
            case PUBREC -> answers.add(new PubRel(packetId));
            case PUBREL -> answers.add(new PubComp(packetId));
            default -> throw new IllegalStateException("a broker does not acknowledge by " + type);
        }
    }

    @Override
    protected void writePublish(
            Message message, int packetId, int qos, boolean dup, boolean retain, int @Nullable [] identifiers) {
        answers.add(qos == 1 ? new PubAck(packetId) : new PubRec(packetId));
        finished.release();
    }

    @Override
    protected void flush() {
        for (Packet packet = answers.poll(); packet != null; packet = answers.poll()) {
            answer.accept(this, packet);
        }
    }

    @Override
    protected boolean isWritable() {
        return true;
    }

    @Override
    protected void applyReading(boolean reading) {
        // Packets come from the benchmark, which never sends more than the broker reads.
    }

    @Override
    protected void shut(ReasonCode reason) {
        // There is no socket to close.
    }

    @Override
    public String peer() {
        return "benchmark";
    }
}
