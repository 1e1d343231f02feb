// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Orders to a socket whose outcome needs no look: the channel's own events tell what became of it. */
final class Sockets {
    /** How long a client may take to see our last packet before the socket goes. */
    private static final long LINGER_MILLIS = 1_000;

    private Sockets() {}

    /**
     * Where the other side is, for limits: the client that a proxy speaks for, this machine for one that came by a Unix-domain
     * socket; null when its address is none of IP.
     */
    static @Nullable InetAddress address(Channel channel) {
        if (UnixSocketFile.of(channel) != null) {
            return InetAddress.getLoopbackAddress();
        }
        return ProxyHeader.client(channel) instanceof InetSocketAddress inet ? inet.getAddress() : null;
    }

    /** Whether it was this machine's own address that the other side connected to. */
    static boolean isOnLoopback(Channel channel) {
        return UnixSocketFile.of(channel) != null
                || (channel.localAddress() instanceof InetSocketAddress local
                        && local.getAddress().isLoopbackAddress());
    }

    static void close(Channel channel) {
        ChannelFuture unused = channel.close();
    }

    /** Says that nothing more will be sent, and keeps reading until the client closes too. */
    private static void finish(Channel channel) {
        ChannelHandlerContext frames = channel.pipeline().context(WebSocketFrames.class);
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (frames != null) {
            ((WebSocketFrames) frames.handler()).sayClose(frames);
        } else if (tls != null) {
            ChannelFuture unused = tls.closeOutbound();
        } else if (channel instanceof DuplexChannel duplex) {
            ChannelFuture unused = duplex.shutdownOutput();
        } else {
            close(channel);
        }
    }

    /**
     * Sends the last bytes and closes. The client gets a moment to read them: closing at once, with something unread on
     * our side, would make TCP throw them away.
     *
     * @param last what the channel's handlers take
     * @param inputEnded whether the client has closed its half already
     */
    static void closeBehind(Channel channel, Object last, boolean inputEnded) {
        channel.writeAndFlush(last).addListener((ChannelFutureListener) sent -> {
            if (sent.isSuccess() && !inputEnded) {
                finish(channel);
            } else {
                close(channel);
            }
        });
        closeSoon(channel);
    }

    /** Closes when the client has had a moment to do so, and to read what was sent to it. */
    static void closeSoon(Channel channel) {
        channel.config().setAutoRead(true);
        later(channel, LINGER_MILLIS, () -> close(channel));
    }

    static void later(Channel channel, long delayMillis, Runnable task) {
        ScheduledFuture<?> unused = channel.eventLoop().schedule(task, delayMillis, TimeUnit.MILLISECONDS);
    }
}
