// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import io.holdfast.benchmarks.load.verify.Streams;
import io.holdfast.protocol.packet.QoS;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What the publishers of a phase have in common, and the sums of what they do. Any thread. */
public final class Traffic {
    private final Shape shape;
    private final Streams streams;
    private final Recording acknowledged;
    private final LongAdder sent = new LongAdder();
    private final LongAdder abandoned = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final AtomicReference<@Nullable String> firstRefusal = new AtomicReference<>();

    /**
     * How messages look.
     *
     * @param window messages of one publisher that may be outstanding, 1 to 65,535
     * @param payloadBytes at least {@link io.holdfast.benchmarks.load.verify.Stamp#BYTES}; or 0 for messages that
     *     nobody shall receive, such as those that clear retained ones
     * @param retain whether the broker shall keep each as its topic's retained message
     */
    public record Shape(QoS qos, int window, int payloadBytes, boolean retain) {}

    /**
     * Traffic that has not begun.
     *
     * @param acknowledged counts each message when the broker has taken it over, from when it was due: at PUBACK, at
     *     PUBCOMP, and at QoS 0, where nobody can know when, at the PINGRESP behind it and without a latency
     */
    public Traffic(Shape shape, Streams streams, Recording acknowledged) {
        this.shape = shape;
        this.streams = streams;
        this.acknowledged = acknowledged;
    }

    Shape shape() {
        return shape;
    }

    Streams streams() {
        return streams;
    }

    Recording acknowledged() {
        return acknowledged;
    }

    void addSent() {
        sent.increment();
    }

    void addRefused(String reason) {
        firstRefusal.compareAndSet(null, reason);
        refused.increment();
    }

    void addAbandoned(int messages) {
        abandoned.add(messages);
    }

    /** Messages sent so far. */
    public long sent() {
        return sent.sum();
    }

    /** Messages that the broker did not want, by the reason it gave. */
    public long refused() {
        return refused.sum();
    }

    /** The reason of the first refusal, or empty. */
    public String firstRefusal() {
        String reason = firstRefusal.get();
        return reason == null ? "" : reason;
    }

    /** Messages on their way to an acknowledgement. */
    public long outstanding() {
        long settled = acknowledged.total() + refused.sum() + abandoned.sum();
        return sent.sum() - settled;
    }
}
