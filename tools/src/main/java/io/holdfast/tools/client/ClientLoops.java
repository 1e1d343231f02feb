// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The event loops that clients live on: epoll where the system has it, else NIO. */
public final class ClientLoops implements AutoCloseable {
    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
    private static final long CLOSE_SECONDS_MAX = 5;

    private final EventLoopGroup group;
    private final boolean epoll;

    /**
     * Starts the loops.
     *
     * @param name the beginning of the names of their threads
     */
    public ClientLoops(int count, String name) {
        epoll = Epoll.isAvailable();
        group = new MultiThreadIoEventLoopGroup(
                count,
                new DefaultThreadFactory(name, true),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    /** The loops in turn. */
    public EventLoop next() {
        return group.next();
    }

    /**
     * Begins to open a socket on a loop; any thread.
     *
     * @param target looked up now if it is not resolved; or the path of a Unix-domain socket
     * @param from the local address, or null for any
     */
    public ChannelFuture open(
            EventLoop loop, SocketAddress target, @Nullable SocketAddress from, ChannelHandler handler) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .handler(handler);
        if (target instanceof UnixDomainSocketAddress unix) {
            return epoll
                    ? bootstrap
                            .channel(EpollDomainSocketChannel.class)
                            .connect(new DomainSocketAddress(unix.getPath().toString()))
                    : bootstrap.channel(NioDomainSocketChannel.class).connect(unix);
        }
        bootstrap
                .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true);
        return from == null ? bootstrap.connect(target) : bootstrap.connect(target, from);
    }

    /** Closes all sockets without another word. */
    @Override
    public void close() {
        group.shutdownGracefully(0, CLOSE_SECONDS_MAX, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
