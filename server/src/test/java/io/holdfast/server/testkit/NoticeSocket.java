// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.testkit;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The service manager's end of a NOTIFY_SOCKET: a real datagram socket that keeps what it is told. */
public final class NoticeSocket implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

    /**
     * Binds one.
     *
     * @param address a path of at most 107 bytes, or a name behind {@code @}
     */
    public NoticeSocket(String address) {
        String path = address.startsWith("@") ? '\0' + address.substring(1) : address;
        new Bootstrap()
                .group(group)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket packet) {
                        told.add(packet.content().toString(StandardCharsets.UTF_8));
                    }
                })
                .bind(new DomainSocketAddress(path))
                .syncUninterruptibly();
    }

    /** The next datagram that holds a line; those before it are passed over. */
    public String expect(String line) throws InterruptedException {
        List<String> others = new ArrayList<>();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            String next = told.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                throw new AssertionError("nobody said " + line + ", but " + others);
            }
            if (List.of(next.split("\n", -1)).contains(line)) {
                return next;
            }
            others.add(next);
        }
    }

    /** Whether something was told that nobody has asked for yet. */
    public boolean isSilent() {
        return told.isEmpty();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
