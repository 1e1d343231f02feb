// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import io.holdfast.benchmarks.load.verify.Stamp;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The event loops of the tool: epoll where the system has it, else NIO. A client stays on its loop for ever. */
public final class LoadLoops implements AutoCloseable {
    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
    private static final long CLOSE_SECONDS_MAX = 5;

    private final EventLoopGroup group;
    private final List<LoadLoop> loops = new ArrayList<>();
    private final Class<? extends Channel> channelType;

    /**
     * Starts the loops.
     *
     * @param run the number that all payloads carry, see {@link Stamp}
     */
    public LoadLoops(int count, int run) {
        boolean epoll = Epoll.isAvailable();
        channelType = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
        group = new MultiThreadIoEventLoopGroup(
                count,
                new DefaultThreadFactory("load"),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        for (int i = 0; i < count; i++) {
            loops.add(new LoadLoop(i, group.next(), new Stamp(run)));
        }
    }

    public int count() {
        return loops.size();
    }

    /** The loop of the client with a number: clients are dealt out in turn. */
    public LoadLoop of(int client) {
        return loops.get(client % loops.size());
    }

    /** Begins to open a socket on a loop; any thread. */
    ChannelFuture open(LoadLoop loop, InetSocketAddress target, @Nullable SocketAddress from, ChannelHandler handler) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop.executor())
                .channel(channelType)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .handler(handler);
        return from == null ? bootstrap.connect(target) : bootstrap.connect(target, from);
    }

    /** Closes all sockets without another word. */
    @Override
    public void close() {
        group.shutdownGracefully(0, CLOSE_SECONDS_MAX, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
