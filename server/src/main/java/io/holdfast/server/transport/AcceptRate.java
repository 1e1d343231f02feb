// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.server.metrics.BrokerCounter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;

/**
 * Slows accepting down in a storm of connections. Those too many wait in the kernel's backlog, where they cost next to
 * nothing and nobody is refused: clients that all come back at once are served at a pace that leaves time for those who are
 * there. A tenth of a second's worth may come in a burst. The accepting event loop only, which all listening sockets share.
 */
@Sharable
final class AcceptRate extends ChannelInboundHandlerAdapter {
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** At once, this part of a second's worth: a second's whole worth would be felt by everybody who is connected. */
    private static final int BURST_PART = 10;

    /** Accepting resumes with some connections to accept, not with one. */
    private static final long PAUSE_MILLIS_MIN = 20;

    private static final long FILES_MILLIS = 100;
    private static final long FAILURE_MILLIS = 1_000;

    private final Connections connections;
    private double left;
    private long filledNanos = System.nanoTime();

    AcceptRate(Connections connections) {
        this.connections = connections;
        left = burst(connections.limits().connectionsPerSecondMax());
    }

    private static int burst(int perSecondMax) {
        return Math.max(1, perSecondMax / BURST_PART);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        context.fireChannelRead(accepted);
        if (connections.isOutOfFiles()) {
            waitForFiles(context.channel());
            return;
        }
        int perSecondMax = connections.limits().connectionsPerSecondMax();
        if (perSecondMax == 0) {
            return;
        }
        long now = System.nanoTime();
        left = Math.min(burst(perSecondMax), left + (double) (now - filledNanos) * perSecondMax / SECOND_NANOS) - 1;
        filledNanos = now;
        if (left < 1 && context.channel().config().isAutoRead()) {
            connections.counters().add(BrokerCounter.ACCEPTING_PAUSED);
            connections
                    .storms()
                    .event(
                            () -> "more connections than can be accepted in a second, one of them",
                            () -> peer(accepted));
            pause(context.channel(), perSecondMax);
        }
    }

    /** As many sockets as the limit of open files allows: others wait in the backlog until some have gone. */
    private void waitForFiles(Channel listening) {
        if (listening.config().isAutoRead()) {
            connections.counters().add(BrokerCounter.ACCEPTING_PAUSED);
            connections
                    .files()
                    .event(() -> "no more connections than the limit of open files allows; more wait", () -> "clients");
            listening.config().setAutoRead(false);
            later(listening, FILES_MILLIS);
        }
    }

    private void later(Channel listening, long millis) {
        Sockets.later(listening, millis, () -> {
            if (connections.isOutOfFiles()) {
                later(listening, FILES_MILLIS);
            } else {
                listening.config().setAutoRead(true);
            }
        });
    }

    /** The system did not let us accept: without a pause it would say so again at once. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        connections.counters().add(BrokerCounter.ACCEPT_FAILURES);
        connections.faults().error("a connection could not be accepted", "clients", cause);
        context.channel().config().setAutoRead(false);
        later(context.channel(), FAILURE_MILLIS);
    }

    private void pause(Channel listening, int perSecondMax) {
        listening.config().setAutoRead(false);
        long millis = Math.max(PAUSE_MILLIS_MIN, (long) Math.ceil((1 - left) * 1_000 / perSecondMax));
        later(listening, millis);
    }

    private static String peer(Object accepted) {
        return accepted instanceof Channel channel ? MqttConnection.peer(channel) : "nowhere";
    }
}
