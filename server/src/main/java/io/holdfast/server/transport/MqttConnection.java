// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.protocol.codec.PacketEncoder;
import io.holdfast.protocol.codec.StoredPublishEncoder;
import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.access.Peer;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.metrics.Counters;
import io.holdfast.server.session.Connection;
import io.holdfast.storage.log.Message;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The outbound half of a connection: packets are encoded into one buffer, which goes to the socket when the burst ends.
 * Payloads are copied: the network would copy a heap array anyway before it writes it. The shard's event loop only.
 */
final class MqttConnection extends Connection {
    /** Above this many bytes on their way, the client reads too slowly. */
    static final int OUTBOUND_BYTES_HIGH = 128 << 10;

    /** Above this many it is not read from either: what it sends would only bring more. */
    private static final int OUTBOUND_BYTES_FAR = 8 * OUTBOUND_BYTES_HIGH;

    private static final int OUT_BYTES_FIRST = 256;

    /** The same while memory for outbound bytes is short. */
    private static final int OUT_BYTES_TIGHT = 4 << 10;

    private static final long WATCH_MILLIS = 250;

    private final MqttHandler handler;
    private final Channel channel;
    private final String clientId;
    private final Logger log;
    private final Counters counters;
    private final OutboundBytes outbound;
    private @Nullable ByteBuf out;
    private @Nullable TopicAliases aliases;
    private @Nullable Instant provenUntil;
    private boolean accepted;
    private boolean refused;
    private int packets;
    private long untaken;
    private boolean watching;
    private boolean farBehind;

    MqttConnection(MqttHandler handler, Channel channel, String clientId, Connections connections) {
        log = connections.log();
        counters = connections.counters();
        outbound = connections.outbound();
        this.handler = handler;
        this.channel = channel;
        this.clientId = clientId;
    }

    /** When the proof of who the client is ends, before its CONNECT reached the shard; null for never. */
    void provenUntil(@Nullable Instant until) {
        provenUntil = until;
    }

    @Nullable
    Instant provenUntil() {
        return provenUntil;
    }

    @Override
    protected void write(Packet packet) {
        if (packet instanceof ConnAck connAck) {
            accepted = !connAck.reasonCode().isFailure();
            refused = !accepted;
            handler.acceptAliases(connAck.properties().topicAliasMaximum());
            boolean told = version() == ProtocolVersion.MQTT_5
                    || connAck.reasonCode().connAckReturnCode() != ReasonCode.CLOSE_WITHOUT_CONNACK;
            log(accepted ? "connected" : "refused: " + connAck.reasonCode());
            if (!told) {
                return; // [MQTT-3.2.2-6]: closing is the answer.
            }
        }
        if (!encode(packet) && packet.type() == PacketType.CONNACK) {
            log("takes no packet as large as CONNACK");
            Sockets.close(channel);
        }
    }

    /** Sends AUTH at once; false when the client takes no packet of that size. */
    boolean send(Auth auth) {
        if (!encode(auth)) {
            return false;
        }
        flush();
        return true;
    }

    /** Encodes a packet unless the client takes none of its size. */
    private boolean encode(Packet packet) {
        Packet fitting = version() == ProtocolVersion.MQTT_5
                ? Fitting.fit(packet, wantsProblemInformation(), packetBytesMax())
                : packet;
        if (fitting == null) {
            return false;
        }
        PacketEncoder.encode(fitting, version(), out());
        packets++;
        return true;
    }

    @Override
    protected void writeAck(PacketType type, int packetId) {
        PacketEncoder.ack(out(), type, packetId);
        packets++;
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
        if (version() == ProtocolVersion.MQTT_5) {
            return writePublish5(message, packetId, QoS.of(qos), dup, retain, identifiers, expirySeconds);
        }
        packets++;
        PacketEncoder.publish(
                out(),
                version(),
                packetId,
                QoS.of(qos),
                dup,
                retain,
                message.topicArray(),
                message.topicOffset(),
                message.topicBytes(),
                message.payloadArray(),
                message.payloadOffset(),
                message.payloadBytes(),
                Properties.NONE);
        return true;
    }

    private boolean writePublish5(
            Message message,
            int packetId,
            QoS qos,
            boolean dup,
            boolean retain,
            int @Nullable [] identifiers,
            long expirySeconds) {
        TopicAliases used = aliases();
        int alias = used == null ? 0 : used.known(message);
        int topicBytes = alias == 0 ? message.topicBytes() : 0;
        long size = StoredPublishEncoder.size(
                qos, topicBytes, message.payloadBytes(), message.propertiesBytes(), expirySeconds, alias, identifiers);
        if (size > packetBytesMax() || size > Properties.PACKET_BYTES_MAX) {
            return false; // [MQTT5-3.1.2-24]
        }
        if (used != null && alias == 0 && size + TopicAliases.BYTES_MAX <= packetBytesMax()) {
            alias = used.assign(message);
        }
        StoredPublishEncoder.write(
                out(),
                packetId,
                qos,
                dup,
                retain,
                message.topicArray(),
                message.topicOffset(),
                topicBytes,
                message.payloadArray(),
                message.payloadOffset(),
                message.payloadBytes(),
                message.propertiesArray(),
                message.propertiesOffset(),
                message.propertiesBytes(),
                expirySeconds,
                alias,
                identifiers);
        packets++;
        return true;
    }

    /** Null for a client that takes none [MQTT5-3.1.2-27]. They end with the connection [MQTT5-3.3.2-7]. */
    private @Nullable TopicAliases aliases() {
        if (aliases == null && topicAliasMax() > 0) {
            aliases = new TopicAliases(topicAliasMax());
        }
        return aliases;
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
        ByteBuf full = takeOut();
        if (full != null) {
            ChannelFuture unused = channel.writeAndFlush(full, channel.voidPromise());
            account();
            if (untaken > 0 && !watching) {
                watching = true;
                Sockets.later(channel, WATCH_MILLIS, this::watch);
            }
        }
    }

    @Override
    protected boolean isWritable() {
        ByteBuf buffer = out;
        int encoded = buffer == null ? 0 : buffer.readableBytes();
        boolean tight = outbound.isFull();
        return channel.isWritable()
                && encoded <= (tight ? OUT_BYTES_TIGHT : OUTBOUND_BYTES_HIGH)
                && !(tight && untaken > 0);
    }

    @Override
    protected long waitingBytes() {
        account();
        return untaken;
    }

    @Override
    protected boolean isHeldBack() {
        return farBehind || handler.isPaced();
    }

    /** Counts what the socket has not taken. */
    private void account() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        long now = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        if (now != untaken) {
            outbound.changed(untaken, now);
            untaken = now;
        }
        boolean far = untaken > OUTBOUND_BYTES_FAR || (untaken > 0 && outbound.isFull());
        if (far != farBehind) {
            farBehind = far;
            handler.behind(far);
        }
    }

    /** The client is behind: looks again until it has caught up, as nobody may write to it meanwhile. */
    private void watch() {
        account();
        watching = untaken > 0;
        if (watching) {
            Sockets.later(channel, WATCH_MILLIS, this::watch);
        }
        if (channel.isWritable()) {
            handler.writable();
        }
    }

    @Override
    protected void applyReading(boolean reading) {
        handler.read(reading);
    }

    @Override
    protected boolean onAuth(Auth auth) {
        return handler.onAuth(auth);
    }

    @Override
    protected void shut(ReasonCode reason, String why) {
        boolean mayTell = !refused && (accepted || !isUndecided());
        if (version() == ProtocolVersion.MQTT_5 && reason != ReasonCode.SUCCESS && mayTell) {
            Properties text = Properties.builder().reasonString(why).build();
            encode(
                    accepted // There is one CONNACK for each connection [MQTT5-3.2.0-2].
                            ? new Disconnect(Farewell.inDisconnect(reason), text) // [MQTT5-3.14.2-1]
                            : new ConnAck(false, Farewell.inConnAck(reason), text)); // [MQTT5-3.2.2-8]
        }
        if (accepted) {
            log(reason == ReasonCode.SUCCESS ? "disconnected" : "closed: " + reason);
        }
        handler.end(takeOut()); // [MQTT5-3.14.4-1] [MQTT5-3.14.4-2] [MQTT5-4.13.2-1]
    }

    @Nullable
    InetAddress address() {
        return Sockets.address(channel);
    }

    String clientId() {
        return clientId;
    }

    /** One line in the life of a client; by default not shown. */
    void log(String what) {
        if (log.isDebugEnabled()) {
            Peer peer = handler.peer();
            log.debug(
                    "client {}{} from {} at {} {} ({})",
                    Printable.quoted(clientId),
                    userName() == null ? "" : " of user " + Printable.quoted(userName()),
                    peer.address(),
                    peer.listener(),
                    what,
                    version());
        }
    }

    private @Nullable ByteBuf takeOut() {
        ByteBuf full = out;
        if (full != null) {
            out = null;
            counters.add(BrokerCounter.BYTES_SENT, full.readableBytes());
            counters.add(BrokerCounter.PACKETS_SENT, packets);
            packets = 0;
        }
        return full;
    }

    /** The socket has gone with everything that was not flushed. */
    void discard() {
        outbound.changed(untaken, 0);
        untaken = 0;
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
        UnixSocketConfig socket = UnixSocketFile.of(channel);
        if (socket != null) {
            return socket.place();
        }
        SocketAddress address = ProxyHeader.client(channel);
        return address instanceof InetSocketAddress inet ? Listener.text(inet) : String.valueOf(address);
    }
}
