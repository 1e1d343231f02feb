// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.protocol.codec.CodecLimits;
import io.holdfast.server.access.Authentication;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.metrics.Counters;
import io.holdfast.server.metrics.SampledLog;
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
    private final Counters counters;
    private final Supplier<@Nullable Life> life;
    private final Authentication authentication;
    private final PartialPackets partials;
    private final OutboundBytes outbound;
    private final SampledLog handshakes;
    private final MalformedLog malformed;
    private final SampledLog faults;
    private final SampledLog slow;
    private final SampledLog storms;
    private volatile TransportLimits limits;
    private volatile CodecLimits codec;
    private final AcceptRate acceptRate;
    private final SampledLog files;
    private final OpenFiles openFiles = new OpenFiles();
    private final SampledLog refusals;
    private final AtomicInteger open = new AtomicInteger();

    /**
     * @param life the life that takes CONNECT packets now, or null while there is none
     * @param authentication the methods that clients may ask for; the caller's, who closes it
     */
    public Connections(
            EventLoops loops,
            TransportLimits limits,
            CodecLimits codec,
            Counters counters,
            Supplier<@Nullable Life> life,
            Authentication authentication) {
        this.loops = loops;
        this.limits = limits;
        this.codec = codec;
        this.counters = counters;
        this.life = life;
        this.authentication = authentication;
        partials = new PartialPackets(share(limits.partialBytesMax()));
        outbound = new OutboundBytes(share(limits.outboundBytesMax()));
        handshakes = new SampledLog(LOG);
        malformed = new MalformedLog(LOG);
        faults = new SampledLog(LOG);
        slow = new SampledLog(LOG);
        storms = new SampledLog(LOG);
        files = new SampledLog(LOG);
        acceptRate = new AcceptRate(this);
        refusals = new SampledLog(LOG);
    }

    /** Buffers lie outside the heap, where the JVM allows as much as inside: no limit may promise more than there is. */
    private static long share(long bytesMax) {
        return Math.min(bytesMax, Runtime.getRuntime().maxMemory() / 4);
    }

    /** Other limits from now on; packets of connections that are there are judged by what they came in with. Any thread. */
    public void use(TransportLimits nextLimits, CodecLimits nextCodec) {
        limits = nextLimits;
        codec = nextCodec;
        partials.use(share(nextLimits.partialBytesMax()));
        outbound.use(share(nextLimits.outboundBytesMax()));
    }

    /**
     * A socket was accepted. Its event loop.
     *
     * @param listener the name of the listener it came in through
     * @return false when there are too many: it is closed then
     */
    boolean accepted(Channel channel, String listener) {
        if (open.incrementAndGet() > limits.connectionsMax()) {
            open.decrementAndGet();
            refuse(channel);
            return false;
        }
        counters.add(BrokerCounter.CONNECTIONS_ACCEPTED);
        channel.closeFuture().addListener(closed -> open.decrementAndGet());
        channel.pipeline().addLast(new MqttHandler(this, channel, listener));
        return true;
    }

    /** A TLS handshake failed, and its socket is closed. */
    void handshakeFailed(Channel channel, String why) {
        counters.add(BrokerCounter.TLS_HANDSHAKES_FAILED);
        handshakes.event(() -> Printable.quoted(why), () -> MqttConnection.peer(channel));
    }

    /** A socket too many. */
    void refuse(Channel channel) {
        counters.add(BrokerCounter.CONNECTIONS_REFUSED);
        Sockets.close(channel);
    }

    /** Sockets open now, whatever was received on them. */
    public int openCount() {
        return open.get();
    }

    /** Whether one more socket could take the file that the store needs. */
    boolean isOutOfFiles() {
        int sockets = open.get();
        return sockets >= openFiles.socketsMax(sockets);
    }

    @Nullable
    Life life() {
        return life.get();
    }

    Authentication authentication() {
        return authentication;
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

    /** How fast sockets are accepted, over all listeners. */
    AcceptRate acceptRate() {
        return acceptRate;
    }

    PartialPackets partials() {
        return partials;
    }

    OutboundBytes outbound() {
        return outbound;
    }

    /** A line a minute about each class of what is no packet. */
    MalformedLog malformed() {
        return malformed;
    }

    /** One line a minute about connections that we could not serve through a fault of ours. */
    SampledLog faults() {
        return faults;
    }

    /** One line a minute about clients that do not read. */
    SampledLog slow() {
        return slow;
    }

    /** One line a minute about more connections than may be accepted. */
    SampledLog storms() {
        return storms;
    }

    /** One line a minute about connections that must wait because too many files are open. */
    SampledLog files() {
        return files;
    }

    /** One line a minute about clients that did not prove who they are. */
    SampledLog refusals() {
        return refusals;
    }

    /** Nothing can be trusted to work without memory: the process ends, and starts again through recovery (C29). */
    void endIfOutOfMemory(Throwable cause) {
        if (cause instanceof OutOfMemoryError) {
            LOG.error("out of memory: the process ends", cause);
            Runtime.getRuntime().halt(1);
        }
    }

    Logger log() {
        return LOG;
    }
}
