// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.protocol.codec.MalformedPacketException;
import io.holdfast.protocol.codec.PacketEncoder;
import io.holdfast.protocol.codec.StoredProperties;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.session.Connection;
import io.holdfast.storage.log.Message;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The outbound half of a connection: packets are encoded into one buffer, which goes to the socket when the burst ends.
 * Payloads are copied: the network would copy a heap array anyway before it writes it. The shard's event loop only.
 */
final class MqttConnection extends Connection {
    /** Above this many bytes on their way, the client reads too slowly. */
    static final int OUTBOUND_BYTES_HIGH = 128 << 10;

    private static final int OUT_BYTES_FIRST = 256;

    private final MqttHandler handler;
    private final Channel channel;
    private final String clientId;
    private @Nullable ByteBuf out;
    private boolean accepted;

    MqttConnection(MqttHandler handler, Channel channel, String clientId) {
        this.handler = handler;
        this.channel = channel;
        this.clientId = clientId;
    }

    @Override
    protected void write(Packet packet) {
        if (packet instanceof ConnAck connAck) {
            accepted = !connAck.reasonCode().isFailure();
            boolean told = version() == ProtocolVersion.MQTT_5
                    || connAck.reasonCode().connAckReturnCode() != ReasonCode.CLOSE_WITHOUT_CONNACK;
            if (!told) {
                return; // [MQTT-3.2.2-6]: closing is the answer.
            }
        }
        PacketEncoder.encode(packet, version(), out());
    }

    @Override
    protected void writeAck(PacketType type, int packetId) {
        PacketEncoder.ack(out(), type, packetId);
    }

    @Override
    protected void writePublish(
            Message message, int packetId, int qos, boolean dup, boolean retain, int @Nullable [] identifiers) {
        PacketEncoder.publish(
                out(),
                version(),
                packetId,
                QoS.of(qos),
                dup,
                retain,
                message.record(),
                message.topicOffset(),
                message.topicBytes(),
                message.record(),
                message.payloadOffset(),
                message.payloadBytes(),
                version() == ProtocolVersion.MQTT_5 ? properties(message) : Properties.NONE);
    }

    private static Properties properties(Message message) {
        if (message.propertiesBytes() == 0) {
            return Properties.NONE;
        }
        try {
            int from = message.propertiesOffset();
            return StoredProperties.decodePublish(
                    Arrays.copyOfRange(message.record(), from, from + message.propertiesBytes()));
        } catch (MalformedPacketException e) {
            throw new IllegalStateException("a stored message has properties that cannot be read", e);
        }
    }

    private ByteBuf out() {
        ByteBuf buffer = out;
        if (buffer == null) {
            buffer = channel.alloc().directBuffer(OUT_BYTES_FIRST);
            out = buffer;
        }
        return buffer;
    }

    @Override
    protected void flush() {
        ByteBuf full = out;
        if (full != null) {
            out = null;
            ChannelFuture unused = channel.writeAndFlush(full, channel.voidPromise());
        }
    }

    @Override
    protected boolean isWritable() {
        ByteBuf buffer = out;
        return channel.isWritable() && (buffer == null || buffer.readableBytes() <= OUTBOUND_BYTES_HIGH);
    }

    @Override
    protected void applyReading(boolean reading) {
        handler.read(reading);
    }

    @Override
    protected void shut(ReasonCode reason) {
        if (accepted
                && version() == ProtocolVersion.MQTT_5
                && reason.isAllowedIn(PacketType.DISCONNECT)
                && reason != ReasonCode.SUCCESS) {
            PacketEncoder.encode(new Disconnect(reason), version(), out());
        }
        ByteBuf last = out;
        out = null;
        handler.end(last);
    }

    /** The socket has gone with everything that was not flushed. */
    void discard() {
        ByteBuf lost = out;
        if (lost != null) {
            out = null;
            lost.release();
        }
    }

    @Override
    public String peer() {
        return peer(channel);
    }

    static String peer(Channel channel) {
        SocketAddress address = channel.remoteAddress();
        return address instanceof InetSocketAddress inet ? Listener.text(inet) : String.valueOf(address);
    }

    /** The client's name, for logs: may hold anything. */
    String clientId() {
        return clientId;
    }
}
