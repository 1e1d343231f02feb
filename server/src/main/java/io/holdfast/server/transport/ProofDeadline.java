// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.metrics.BrokerCounter;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection once what its client has proven itself with, such as a token, has expired: else whoever logs in once
 * could stay for ever. The end is one by the system clock, as the issuer's is, so a clock that is put right moves it. One
 * timer for each connection that needs it. The shard's event loop.
 */
final class ProofDeadline {
    /** A timer counts its own time; the system clock may have moved meanwhile. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(10);

    private final Connections connections;
    private final MqttHandler handler;
    private final EventLoop loop;
    private Instant until = Instant.MAX;
    private @Nullable ScheduledFuture<?> timer;

    ProofDeadline(Connections connections, MqttHandler handler, EventLoop loop) {
        this.connections = connections;
        this.handler = handler;
        this.loop = loop;
    }

    /** The client has proven itself until then, whatever was true before; null for a proof that does not end. */
    void set(@Nullable Instant next) {
        cancel();
        if (next != null) {
            until = next;
            look();
        }
    }

    private void look() {
        Instant now = Instant.now();
        if (!now.isBefore(until)) {
            timer = null;
            connections.counters().add(BrokerCounter.LOGINS_EXPIRED);
            handler.dismiss(ReasonCode.MAXIMUM_CONNECT_TIME, "the login has expired; connect again with a new one");
            return;
        }
        // One millisecond more than is left: rounded down it would be looked at too early, and again and again.
        boolean soon = now.plus(LOOK_AGAIN).isAfter(until);
        long millis = 1 + (soon ? Duration.between(now, until) : LOOK_AGAIN).toMillis();
        timer = loop.schedule(this::look, millis, TimeUnit.MILLISECONDS);
    }

    /** The connection is over. */
    void cancel() {
        ScheduledFuture<?> running = timer;
        if (running != null) {
            timer = null;
            running.cancel(false);
        }
    }
}
