// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.protocol.codec.CodecLimits;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.metrics.Counters;
import io.netty.channel.Channel;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all connections share: limits, counters, the event loops and the life that new ones belong to. Any thread. */
public final class Connections {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    private final EventLoops loops;
    private final TransportLimits limits;
    private final CodecLimits codec;
    private final Counters counters;
    private final Supplier<@Nullable Life> life;
    private final PartialPackets partials;
    private final SampledLog malformed;
    private final AtomicInteger open = new AtomicInteger();

    /**
     * @param life the life that takes CONNECT packets now, or null while there is none
     */
    public Connections(
            EventLoops loops,
            TransportLimits limits,
            CodecLimits codec,
            Counters counters,
            Supplier<@Nullable Life> life) {
        this.loops = loops;
        this.limits = limits;
        this.codec = codec;
        this.counters = counters;
        this.life = life;
        partials = new PartialPackets(limits.partialBytesMax());
        malformed = new SampledLog(LOG);
    }

    /** A socket was accepted. Its event loop. */
    void accepted(Channel channel) {
        if (open.incrementAndGet() > limits.connectionsMax()) {
            open.decrementAndGet();
            counters.add(BrokerCounter.CONNECTIONS_REFUSED);
            Sockets.close(channel);
            return;
        }
        counters.add(BrokerCounter.CONNECTIONS_ACCEPTED);
        channel.closeFuture().addListener(closed -> open.decrementAndGet());
        channel.pipeline().addLast(new MqttHandler(this, channel));
    }

    /** Sockets open now, whatever was received on them. */
    public int openCount() {
        return open.get();
    }

    @Nullable
    Life life() {
        return life.get();
    }

    EventLoops loops() {
        return loops;
    }

    TransportLimits limits() {
        return limits;
    }

    CodecLimits codec() {
        return codec;
    }

    Counters counters() {
        return counters;
    }

    PartialPackets partials() {
        return partials;
    }

    /** One line a minute about what strangers send. */
    SampledLog malformed() {
        return malformed;
    }

    Logger log() {
        return LOG;
    }
}
