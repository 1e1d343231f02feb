// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Listening sockets for MQTT over TCP [MQTT-7.1.1-1] [MQTT5-4.2-1]. */
public final class Listener implements AutoCloseable {
    private static final int BACKLOG = 4_096;
    private static final int WATERMARK_LOW = 64 << 10;
    private static final int READ_BYTES_FIRST = 2 << 10;
    private static final int READ_BYTES_MAX = 32 << 10;

    private final List<Channel> channels = new ArrayList<>();

    private Listener() {}

    /**
     * Binds one address after the other.
     *
     * @param required where listening must work
     * @param wished where listening may fail, as ::1 on a system without IPv6; bound to the port of the first
     * @throws IOException when a required address cannot be bound; nothing stays bound then
     */
    public static Listener open(InetSocketAddress required, List<InetAddress> wished, Connections connections)
            throws IOException {
        Listener listener = new Listener();
        ServerBootstrap bootstrap = bootstrap(connections);
        listener.bind(bootstrap, required);
        int port = listener.addresses().get(0).getPort();
        for (InetAddress address : wished) {
            try {
                listener.bind(bootstrap, new InetSocketAddress(address, port));
            } catch (IOException e) {
                connections.log().debug("not listening on {}: {}", address, e.getMessage());
            }
        }
        return listener;
    }

    private void bind(ServerBootstrap bootstrap, InetSocketAddress address) throws IOException {
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            close();
            throw new IOException("cannot listen on " + text(address) + ": " + reason(bound.cause()), bound.cause());
        }
        channels.add(bound.channel());
    }

    /** What the system says, without the technical words around it. */
    private static String reason(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        for (String known : List.of("Address already in use", "Permission denied", "Cannot assign requested address")) {
            if (message.contains(known)) {
                return known.toLowerCase(Locale.ROOT);
            }
        }
        return message;
    }

    private static ServerBootstrap bootstrap(Connections connections) {
        EventLoops loops = connections.loops();
        return new ServerBootstrap()
                .group(loops.acceptor(), loops.group())
                .channel(loops.serverChannel())
                .handler(new AcceptRate(connections))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                // A client may send DISCONNECT and close its half at once: what it sent before still counts.
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(WATERMARK_LOW, MqttConnection.OUTBOUND_BYTES_HIGH))
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(64, READ_BYTES_FIRST, READ_BYTES_MAX))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.accepted(channel);
                    }
                });
    }

    /** Where clients can connect, in the order of binding. */
    public List<InetSocketAddress> addresses() {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (Channel channel : channels) {
            addresses.add((InetSocketAddress) channel.localAddress());
        }
        return addresses;
    }

    /** An address as an operator writes it, IPv6 in brackets. */
    public static String text(InetSocketAddress address) {
        return NetUtil.toSocketAddressString(address);
    }

    /** Stops accepting; open connections live on. */
    @Override
    public void close() {
        for (Channel channel : channels) {
            channel.close().awaitUninterruptibly();
        }
        channels.clear();
    }
}
