// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import io.holdfast.protocol.codec.CodecLimits;
import io.holdfast.protocol.codec.MalformedPacketException;
import io.holdfast.protocol.codec.PacketDecoder;
import io.holdfast.protocol.codec.PacketEncoder;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.QoS;
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
final class LoadConnection extends ChannelInboundHandlerAdapter {
    private static final int OUT_BYTES_FIRST = 1_024;
    private static final long LINGER_MILLIS = 1_000;
    private static final CodecLimits LIMITS = CodecLimits.DEFAULTS.withPacketBytesMax(256 << 20);

    private final LoadClient client;
    private final ProtocolVersion version;
    private final Packet first;
    private final PacketDecoder decoder;
    private @Nullable Channel channel;
    /** The beginning of a packet whose end has not come. */
    private @Nullable ByteBuf partial;

    private @Nullable ByteBuf out;
    private String ending = "the broker closed the connection";

    /**
     * A connection that has yet to be opened.
     *
     * @param first the CONNECT, sent as soon as the socket is open
     */
    LoadConnection(LoadClient client, ProtocolVersion version, Packet first) {
        this.client = client;
        this.version = version;
        this.first = first;
        decoder = PacketDecoder.client(LIMITS, version);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
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
            client.received(packet, nowNanos);
            packet = decoder.decode(in);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        discard();
        client.closed(this, ending);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        abort(cause.getMessage() == null ? cause.toString() : cause.getMessage());
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

    private ByteBuf out() {
        ByteBuf buffer = out;
        if (buffer == null) {
            if (channel == null) {
                throw new IllegalStateException("nothing can be sent before the socket is open");
            }
            buffer = channel.alloc().directBuffer(OUT_BYTES_FIRST);
            out = buffer;
        }
        return buffer;
    }

    void send(Packet packet) {
        PacketEncoder.encode(packet, version, out());
    }

    void ack(PacketType type, int packetId) {
        PacketEncoder.ack(out(), type, packetId);
    }

    void publish(byte[] topic, byte[] payload, QoS qos, boolean retain, int packetId) {
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
    void flush() {
        ByteBuf full = out;
        if (full != null && channel != null) {
            out = null;
            ChannelFuture unused = channel.writeAndFlush(full, channel.voidPromise());
        }
    }

    /** Reads nothing for a while, as a slow client does; TCP tells the broker. */
    void rest(long nanos) {
        Channel open = channel;
        if (open != null && open.config().isAutoRead()) {
            open.config().setAutoRead(false);
            ScheduledFuture<?> unused =
                    open.eventLoop().schedule(() -> open.config().setAutoRead(true), nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** The client gives up; its reason is told by {@link LoadClient#closed}. */
    void abort(String reason) {
        ending = reason;
        if (channel != null) {
            ChannelFuture unused = channel.close();
        }
    }

    /** After a DISCONNECT the broker closes; one that does not is helped after a moment. */
    void awaitClose() {
        flush();
        Channel open = channel;
        if (open != null) {
            ScheduledFuture<?> unused = open.eventLoop()
                    .schedule(() -> abort("the broker did not close"), LINGER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
