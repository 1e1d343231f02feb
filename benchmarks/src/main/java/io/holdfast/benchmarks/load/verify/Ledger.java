// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.verify;

import io.holdfast.benchmarks.load.result.Verdict;
import io.holdfast.protocol.packet.QoS;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * The accounts of all receivers, and in the end the verdict. Receivers are added before any message is sent; the counters
 * of faults may be raised by any event loop.
 */
public final class Ledger {
    private final Streams streams;
    private final QoS qos;
    private final List<Receipts> receivers = new ArrayList<>();
    private final LongAdder doubled = new LongAdder();
    private final LongAdder reordered = new LongAdder();
    private final LongAdder corrupted = new LongAdder();
    private final LongAdder repeated = new LongAdder();
    private final LongAdder foreign = new LongAdder();

    /**
     * An empty ledger.
     *
     * @param qos of all messages: at QoS 0 a message that does not arrive is no fault
     */
    public Ledger(Streams streams, QoS qos) {
        this.streams = streams;
        this.qos = qos;
    }

    /** A receiver that hears {@code streamCount} streams from {@code firstStream} on. */
    public Receipts addReceiver(int firstStream, int streamCount) {
        Receipts receipts = new Receipts(this, firstStream, streamCount);
        receivers.add(receipts);
        return receipts;
    }

    /**
     * What was found. Only when publishers have stopped and nothing arrives any more.
     *
     * @param notes further sentences for the reader
     */
    public Verdict verdict(List<String> notes) {
        long missing = 0;
        for (Receipts receiver : receivers) {
            missing += receiver.missing();
        }
        List<String> all = new ArrayList<>(notes);
        boolean mayBeLost = qos == QoS.AT_MOST_ONCE;
        if (mayBeLost && missing > 0) {
            all.add(missing + " messages of QoS 0 did not arrive, which QoS 0 allows.");
        }
        note(all, repeated, "deliveries of QoS 1 were repeated and marked as such, which QoS 1 allows.");
        note(all, foreign, "deliveries were left from an earlier run and not counted.");
        return new Verdict(mayBeLost ? 0 : missing, doubled.sum(), reordered.sum(), corrupted.sum(), all);
    }

    private static void note(List<String> notes, LongAdder count, String sentence) {
        if (count.sum() > 0) {
            notes.add(count.sum() + " " + sentence);
        }
    }

    Streams streams() {
        return streams;
    }

    void doubled() {
        doubled.increment();
    }

    void reordered() {
        reordered.increment();
    }

    void corrupted() {
        corrupted.increment();
    }

    /** An allowed repetition. */
    void repeated() {
        repeated.increment();
    }

    /** A message of another run. */
    void foreign() {
        foreign.increment();
    }
}
