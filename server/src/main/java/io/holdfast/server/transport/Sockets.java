// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Orders to a socket whose outcome needs no look: the channel's own events tell what became of it. */
final class Sockets {
    private Sockets() {}

    static void close(Channel channel) {
        ChannelFuture unused = channel.close();
    }

    /** Says that nothing more will be sent, and keeps reading until the client closes too. */
    static void finish(Channel channel) {
        if (channel instanceof DuplexChannel duplex) {
            ChannelFuture unused = duplex.shutdownOutput();
        } else {
            close(channel);
        }
    }

    static void later(Channel channel, long delayMillis, Runnable task) {
        ScheduledFuture<?> unused = channel.eventLoop().schedule(task, delayMillis, TimeUnit.MILLISECONDS);
    }
}
