// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.metrics;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long syncs took, counted in buckets of an eighth of their power of two, from the start of the process: who reads
 * twice can subtract, and so knows every percentile of the time between. Written by the commit thread, read by any.
 */
public final class SyncTimes {
    private static final int SUB_BITS = 3;
    private static final int SUB = 1 << SUB_BITS;

    private final AtomicLongArray counts = new AtomicLongArray(Long.SIZE * SUB);

    /** One sync; commit thread. */
    public void record(long nanos) {
        int bucket = bucket(nanos / 1_000);
        counts.setRelease(bucket, counts.getPlain(bucket) + 1);
    }

    /** Times below {@code SUB} have buckets of their own; above, the bits behind the highest one choose. */
    static int bucket(long micros) {
        if (micros < SUB) {
            return (int) micros;
        }
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(micros);
        return exponent * SUB + (int) (micros >>> (exponent - SUB_BITS)) - SUB;
    }

    /** The first time that is too long for a bucket, in microseconds. */
    static long endMicros(int bucket) {
        if (bucket < SUB) {
            return bucket + 1L;
        }
        int shift = bucket / SUB - SUB_BITS;
        return (SUB + bucket % SUB + 1L) << shift;
    }

    /** {@code END:COUNT} for each bucket that has any, by rising end in microseconds, with spaces between. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < counts.length(); i++) {
            long count = counts.getAcquire(i);
            if (count > 0) {
                text.append(text.length() == 0 ? "" : " ")
                        .append(endMicros(i))
                        .append(':')
                        .append(count);
            }
        }
        return text.toString();
    }
}
