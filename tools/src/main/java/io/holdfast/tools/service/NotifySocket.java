// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.service;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The way to a datagram socket in the file system, or in Linux' abstract name space where the name begins with {@code @}.
 * The JDK has no such sockets, Netty's native transport has. Any thread.
 */
final class NotifySocket implements AutoCloseable {
    private static final int SEND_MILLIS_MAX = 1_000;

    private final EventLoopGroup group;
    private final Channel channel;

    private NotifySocket(EventLoopGroup group, Channel channel) {
        this.group = group;
        this.channel = channel;
    }

    /**
     * Opens the way.
     *
     * @param address as the environment variable NOTIFY_SOCKET has it
     * @throws IOException when there is no such socket, or no native transport
     */
    static NotifySocket open(String address) throws IOException {
        if (!Epoll.isAvailable()) {
            throw new IOException("this system has no epoll transport");
        }
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("holdfast-notify", true), EpollIoHandler.newFactory());
        ChannelFuture connected = new Bootstrap()
                .group(group)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(new DomainSocketAddress(path(address)))
                .awaitUninterruptibly();
        if (!connected.isSuccess()) {
            end(group);
            Throwable cause = connected.cause();
            throw new IOException(cause.getMessage() == null ? "nobody listens there" : cause.getMessage(), cause);
        }
        return new NotifySocket(group, connected.channel());
    }

    private static String path(String address) {
        return address.startsWith("@") ? '\0' + address.substring(1) : address;
    }

    /** Sends one datagram, or drops it when nobody reads there any more. */
    void send(String text) {
        ChannelFuture unused = sent(text);
    }

    /** As {@link #send}, and returns when it has left, a second later at the latest: for last words. */
    void sendNow(String text) {
        sent(text).awaitUninterruptibly(SEND_MILLIS_MAX);
    }

    private ChannelFuture sent(String text) {
        return channel.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }

    /** The socket's own thread, for what is to be sent again and again. */
    ScheduledExecutorService clock() {
        return group;
    }

    @Override
    public void close() {
        end(group);
    }

    private static void end(EventLoopGroup group) {
        group.shutdownGracefully(0, SEND_MILLIS_MAX, TimeUnit.MILLISECONDS).awaitUninterruptibly(SEND_MILLIS_MAX);
    }
}
