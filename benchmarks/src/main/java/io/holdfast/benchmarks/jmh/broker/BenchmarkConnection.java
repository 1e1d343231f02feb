// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.broker;

import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.session.Connection;
import io.holdfast.storage.log.Message;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client without a socket: answers what the broker sends, in one burst for each flush, and counts. Owned by its shard's
 * thread, and so are the calls of {@link #onGreeted} and {@link #onAcknowledged}.
 */
public class BenchmarkConnection extends Connection {
    private static final int NO_KEEP_ALIVE = 0;
    private static final long NEVER_EXPIRES = 0xFFFF_FFFFL;

    /** Takes packets to the broker, to be seen by the shard in a later task. */
    public interface Wire {
        void send(BenchmarkConnection from, List<Packet> burst);
    }

    private final String clientId;
    private final Wire wire;
    private List<Packet> answers = new ArrayList<>();
    private long received;

    public BenchmarkConnection(String clientId, Wire wire) {
        this.clientId = clientId;
        this.wire = wire;
        onLoopback();
    }

    final String clientId() {
        return clientId;
    }

    /** CONNECT without will, name and keep alive; the session is kept. */
    public final Connect connect(ProtocolVersion version) {
        Properties kept = version == ProtocolVersion.MQTT_5
                ? Properties.builder()
                        .sessionExpiryIntervalSeconds(NEVER_EXPIRES)
                        .build()
                : Properties.NONE;
        return Connect.anonymous(version, clientId, false, NO_KEEP_ALIVE, null, kept);
    }

    /** How many messages came in. */
    public final long received() {
        return received;
    }

    /** CONNACK or SUBACK has come. */
    protected void onGreeted() {}

    /** One of this client's own messages is done with: PUBACK or PUBCOMP has come. */
    protected void onAcknowledged() {}

    /** A message has come; its answer goes out with the next flush. */
    protected void onReceived() {}

    /** The broker has closed the connection after DISCONNECT. */
    protected void onClosed() {}

    /** Sends packets as one burst, behind what is under way. */
    protected final void send(List<Packet> burst) {
        wire.send(this, burst);
    }

    @Override
    protected final void write(Packet packet) {
        if (packet.type() == PacketType.CONNACK || packet.type() == PacketType.SUBACK) {
            onGreeted();
        }
    }

    @Override
    protected final void writeAck(PacketType type, int packetId) {
        switch (type) {
            case PUBACK, PUBCOMP -> onAcknowledged();
            case PUBREC -> answers.add(new PubRel(packetId));
            case PUBREL -> answers.add(new PubComp(packetId));
            default -> throw new IllegalStateException("a broker does not acknowledge by " + type);
        }
    }

    @Override
    protected final boolean writePublish(
            Message message,
            int packetId,
            int qos,
            boolean dup,
            boolean retain,
            int @Nullable [] identifiers,
            long expirySeconds) {
        received++;
        if (qos > 0) {
            answers.add(qos == 1 ? new PubAck(packetId) : new PubRec(packetId));
        }
        onReceived();
        return true;
    }

    @Override
    protected final void flush() {
        if (!answers.isEmpty()) {
            List<Packet> burst = answers;
            answers = new ArrayList<>(burst.size());
            wire.send(this, burst);
        }
    }

    @Override
    protected final boolean isWritable() {
        return true;
    }

    @Override
    protected final void applyReading(boolean reading) {
        // A benchmark never sends more than the broker reads.
    }

    @Override
    protected final void shut(ReasonCode reason, String why) {
        if (reason != ReasonCode.SUCCESS) {
            throw new IllegalStateException("the broker ends " + clientId + ": " + reason);
        }
        onClosed();
    }

    @Override
    public final String peer() {
        return clientId;
    }
}
