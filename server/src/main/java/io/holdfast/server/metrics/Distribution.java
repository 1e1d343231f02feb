// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.metrics;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How often which values occurred (times in microseconds, counts of messages), in buckets of an eighth of their power of
 * two, from the start of the process: who reads twice can subtract, and so knows every percentile of the time between.
 * One thread writes and allocates nothing, any may read.
 */
public final class Distribution {
    private static final int SUB_BITS = 3;
    private static final int SUB = 1 << SUB_BITS;
    private static final int BUCKETS = Long.SIZE * SUB;
    private static final int SUM = BUCKETS;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS + 1);

    /** One value; the owning thread. */
    public void record(long value) {
        record(value, 1);
    }

    /** The same value several times; the owning thread. */
    public void record(long value, long times) {
        add(bucket(value), times);
        add(SUM, value * times);
    }

    private void add(int place, long amount) {
        counts.setRelease(place, counts.getPlain(place) + amount);
    }

    /** Values below {@code SUB} have buckets of their own; above, the bits behind the highest one choose. */
    static int bucket(long value) {
        if (value < SUB) {
            return (int) value;
        }
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(value);
        return exponent * SUB + (int) (value >>> (exponent - SUB_BITS)) - SUB;
    }

    /** The first value that is too high for a bucket. */
    static long end(int bucket) {
        if (bucket < SUB) {
            return bucket + 1L;
        }
        int shift = bucket / SUB - SUB_BITS;
        return (SUB + bucket % SUB + 1L) << shift;
    }

    /** All values together. */
    long sum() {
        return counts.getAcquire(SUM);
    }

    /**
     * Adds the counts to coarser ones: place {@code i} of {@code coarse} takes the values below 2 to the power of
     * {@code lowest + i} that no place before it takes, the last one all others.
     */
    void addTo(long[] coarse, int lowest) {
        for (int i = 0; i < BUCKETS; i++) {
            long count = counts.getAcquire(i);
            if (count > 0) {
                int power = Long.SIZE - Long.numberOfLeadingZeros(end(i) - 1);
                coarse[Math.max(0, Math.min(power - lowest, coarse.length - 1))] += count;
            }
        }
    }

    /** {@code END:COUNT} for each bucket that has any, by rising end, with spaces between. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < BUCKETS; i++) {
            long count = counts.getAcquire(i);
            if (count > 0) {
                text.append(text.length() == 0 ? "" : " ")
                        .append(end(i))
                        .append(':')
                        .append(count);
            }
        }
        return text.toString();
    }
}
