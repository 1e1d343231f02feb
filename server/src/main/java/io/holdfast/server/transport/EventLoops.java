// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The event loops of the process: one for each shard, and one that only accepts. They outlive a failed broker instance.
 * Epoll where the system has it, else NIO.
 */
public final class EventLoops implements AutoCloseable {
    private static final long CLOSE_SECONDS_MAX = 5;

    private final EventLoopGroup acceptor;
    private final EventLoopGroup group;
    private final List<EventLoop> loops = new ArrayList<>();
    private final boolean epoll;

    public EventLoops(int shards) {
        epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        acceptor = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("holdfast-accept"), io);
        group = new MultiThreadIoEventLoopGroup(shards, new DefaultThreadFactory("holdfast-shard"), io);
        for (int i = 0; i < shards; i++) {
            loops.add(group.next());
        }
    }

    public int size() {
        return loops.size();
    }

    /** The thread of a shard. */
    public ScheduledExecutorService loop(int index) {
        return loops.get(index);
    }

    EventLoop eventLoop(int index) {
        return loops.get(index);
    }

    EventLoopGroup acceptor() {
        return acceptor;
    }

    EventLoopGroup group() {
        return group;
    }

    Class<? extends ServerChannel> serverChannel() {
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    Class<? extends ServerChannel> unixServerChannel() {
        return epoll ? EpollServerDomainSocketChannel.class : NioServerDomainSocketChannel.class;
    }

    /** The address of a Unix-domain socket as such a channel takes it. */
    SocketAddress unixAddress(Path path) {
        return epoll ? new DomainSocketAddress(path.toString()) : UnixDomainSocketAddress.of(path);
    }

    /** Ends the threads; what was scheduled for later is dropped. */
    @Override
    public void close() {
        end(acceptor);
        end(group);
    }

    private static void end(EventLoopGroup loops) {
        loops.shutdownGracefully(0, CLOSE_SECONDS_MAX, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
    }
}
