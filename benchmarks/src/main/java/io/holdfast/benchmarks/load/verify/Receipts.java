// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.verify;

import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import org.jspecify.annotations.Nullable;

/**
 * What one receiver got of the streams that it hears, a range of {@link Streams}. Four bytes for each stream as long as
 * all comes in order. Belongs to the receiver's event loop; outlives its connections.
 */
public final class Receipts {
    /** What {@link #take} answers for a delivery that is not a first one. */
    public static final long NO_MESSAGE = Long.MIN_VALUE;

    private final Ledger ledger;
    private final int firstStream;
    /** The lowest sequence number that is above all received ones, by stream. */
    private final int[] next;

    /** By stream; allocated when something is first skipped. */
    private @Nullable Gaps @Nullable [] gaps;

    Receipts(Ledger ledger, int firstStream, int streamCount) {
        this.ledger = ledger;
        this.firstStream = firstStream;
        next = new int[streamCount];
    }

    /**
     * Takes in a delivery.
     *
     * @param stamp of the calling event loop
     * @param expected the QoS that publisher and subscription agree on
     * @return when the message was due, in nanoseconds, or {@link #NO_MESSAGE} if it came before, is corrupted, or is
     *     of an earlier run
     */
    public long take(Publish publish, Stamp stamp, QoS expected) {
        byte[] payload = publish.payload();
        if (!stamp.isIntact(payload)) {
            ledger.corrupted();
            return NO_MESSAGE;
        }
        if (!stamp.isOfThisRun(payload)) {
            ledger.foreign();
            return NO_MESSAGE;
        }
        int index = Stamp.stream(payload) - firstStream;
        boolean astray = index < 0
                || index >= next.length
                || publish.qos() != expected
                || !publish.topic().equals(ledger.streams().topic(firstStream + index));
        if (astray) {
            ledger.corrupted();
            return NO_MESSAGE;
        }
        return isFirst(index, Stamp.sequence(payload), publish) ? Stamp.dueNanos(payload) : NO_MESSAGE;
    }

    private boolean isFirst(int index, int sequence, Publish publish) {
        int due = next[index];
        if (sequence >= due) {
            if (sequence > due) {
                gaps(index).add(due, sequence);
            }
            next[index] = sequence + 1;
            return true;
        }
        Gaps skipped = gaps == null ? null : gaps[index];
        if (skipped != null && skipped.fill(sequence)) {
            ledger.reordered();
            return true;
        }
        // QoS 1 is at least once: a re-send that says so is no fault.
        if (publish.dup() && publish.qos() == QoS.AT_LEAST_ONCE) {
            ledger.repeated();
        } else {
            ledger.doubled();
        }
        return false;
    }

    private Gaps gaps(int index) {
        @Nullable Gaps[] all = gaps;
        if (all == null) {
            all = new @Nullable Gaps[next.length];
            gaps = all;
        }
        Gaps one = all[index];
        if (one == null) {
            one = new Gaps();
            all[index] = one;
        }
        return one;
    }

    /** Messages that were sent and acknowledged and have not come. Only when all is quiet. */
    long missing() {
        long missing = 0;
        for (int i = 0; i < next.length; i++) {
            Gaps skipped = gaps == null ? null : gaps[i];
            int stream = firstStream + i;
            long absent =
                    Math.max(0, ledger.streams().sent(stream) - next[i]) + (skipped == null ? 0 : skipped.missing());
            missing += Math.max(0, absent - ledger.streams().unacknowledged(stream));
        }
        return missing;
    }
}
