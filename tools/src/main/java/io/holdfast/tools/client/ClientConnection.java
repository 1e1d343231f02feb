// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.protocol.codec.CodecLimits;
import io.holdfast.protocol.codec.MalformedPacketException;
import io.holdfast.protocol.codec.PacketDecoder;
import io.holdfast.protocol.codec.PacketEncoder;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.topic.Utf8;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One socket of one client. Packets are encoded into one buffer, which goes out when the burst that was read is worked
 * off, or by {@link #flush}. The client's event loop only.
 */
public final class ClientConnection extends ChannelInboundHandlerAdapter {
    /** What a connection tells, on its event loop. */
    public interface Receiver {
        /** A packet has come; {@code nowNanos} is when its burst was read. */
        void received(Packet packet, long nowNanos);

        /** All packets of a burst have been received; what is encoded now goes out with the answers to them. */
        default void burstEnds() {}

        /** The socket takes more again, see {@link ClientConnection#isWritable}. */
        default void writable() {}

        /** The connection is gone; told once, and for a connection that could be opened only. */
        void closed(ClientConnection gone, String reason);
    }

    private static final int OUT_BYTES_FIRST = 1_024;
    private static final long LINGER_MILLIS = 1_000;
    /** A client takes what its broker lets through. */
    private static final CodecLimits LIMITS =
            CodecLimits.DEFAULTS.withPacketBytesMax(256 << 20).withTopicLevelsMax(Utf8.BYTES_MAX + 1);

    private final Receiver receiver;
    private final ProtocolVersion version;
    private final Connect first;
    private final PacketDecoder decoder;
    private @Nullable Channel channel;
    /** The beginning of a packet whose end has not come. */
    private @Nullable ByteBuf partial;

    private @Nullable ByteBuf out;
    private String ending = "the broker closed the connection";

    /**
     * A connection that has yet to be opened.
     *
     * @param receiver the client, which outlives it
     * @param first the CONNECT, sent as soon as the socket is open
     */
    public ClientConnection(Receiver receiver, ProtocolVersion version, Connect first) {
        this.receiver = receiver;
        this.version = version;
        this.first = first;
        decoder = PacketDecoder.client(LIMITS, version);
        decoder.setTopicAliasMax(first.properties().topicAliasMaximum());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        send(first);
        flush();
    }

    // ---- inbound

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
        ByteBuf in = (ByteBuf) bytes;
        ByteBuf before = partial;
        if (before != null) {
            before.writeBytes(in);
            in.release();
            in = before;
            partial = null;
        }
        try {
            decode(in);
        } catch (MalformedPacketException e) {
            abort("the broker sent what is no MQTT: " + e.getMessage());
        } finally {
            keep(context, in, before != null && in.readerIndex() == 0);
        }
    }

    /** Keeps the beginning of a packet: in the same buffer while it grows, so that a long one is copied once. */
    private void keep(ChannelHandlerContext context, ByteBuf rest, boolean grows) {
        if (grows) {
            partial = rest;
            return;
        }
        if (rest.isReadable()) {
            partial = context.alloc().buffer(rest.readableBytes()).writeBytes(rest);
        }
        rest.release();
    }

    private void decode(ByteBuf in) throws MalformedPacketException {
        long nowNanos = System.nanoTime(); // One for the whole burst: all of it was there when it was read.
        Packet packet = decoder.decode(in);
        while (packet != null) {
            receiver.received(packet, nowNanos);
            packet = decoder.decode(in);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        receiver.burstEnds();
        flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            receiver.writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        discard();
        receiver.closed(this, ending);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        abort(reason(cause));
    }

    private static String reason(Throwable cause) {
        String text = cause.getMessage();
        if (text == null) {
            return cause.toString();
        }
        return text.contains("Connection reset") ? "the broker reset the connection" : text;
    }

    private void discard() {
        if (partial != null) {
            partial.release();
            partial = null;
        }
        if (out != null) {
            out.release();
            out = null;
        }
    }

    // ---- outbound

    /** Whether the socket takes more: false while the broker reads slower than is sent. */
    public boolean isWritable() {
        return channel != null && channel.isWritable();
    }

    private ByteBuf out() {
        ByteBuf buffer = out;
        if (buffer == null) {
            if (channel == null) {
                throw new IllegalStateException("nothing can be sent before there is a socket");
            }
            buffer = channel.alloc().directBuffer(OUT_BYTES_FIRST);
            out = buffer;
        }
        return buffer;
    }

    /** Encodes a packet; {@link #flush} sends it. */
    public void send(Packet packet) {
        PacketEncoder.encode(packet, version, out());
    }

    /** Encodes an acknowledgement of success. */
    public void ack(PacketType type, int packetId) {
        PacketEncoder.ack(out(), type, packetId);
    }

    /** Encodes a PUBLISH that is sent for the first time, without making any object. */
    public void publish(byte[] topic, byte[] payload, QoS qos, boolean retain, int packetId) {
        PacketEncoder.publish(
                out(),
                version,
                packetId,
                qos,
                false,
                retain,
                topic,
                0,
                topic.length,
                payload,
                0,
                payload.length,
                Properties.NONE);
    }

    /** Hands what was encoded to the socket. */
    public void flush() {
        ByteBuf full = out;
        if (full != null && channel != null) {
            out = null;
            ChannelFuture unused = channel.writeAndFlush(full, channel.voidPromise());
        }
    }

    /** Reads nothing for a while, as a slow client does; TCP tells the broker. */
    public void rest(long nanos) {
        Channel open = channel;
        if (open != null && open.config().isAutoRead()) {
            open.config().setAutoRead(false);
            ScheduledFuture<?> unused =
                    open.eventLoop().schedule(() -> open.config().setAutoRead(true), nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** The client gives up, perhaps before the socket is open; its reason is told by {@link Receiver#closed}. */
    public void abort(String reason) {
        ending = reason;
        if (channel != null) {
            ChannelFuture unused = channel.close();
        }
    }

    /** After a DISCONNECT the broker closes; one that does not is helped after a moment. */
    public void awaitClose() {
        flush();
        Channel open = channel;
        if (open != null) {
            ScheduledFuture<?> unused = open.eventLoop()
                    .schedule(() -> abort("the broker did not close"), LINGER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
