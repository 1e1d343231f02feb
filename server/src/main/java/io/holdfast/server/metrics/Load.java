// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.metrics;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How fast a counter rises, for each minute, as moving averages over 1, 5 and 15 minutes that begin at 0: what Mosquitto
 * tells under {@code load}. One thread ticks, any may read.
 */
final class Load {
    /** What the averages reach back over. */
    static final int[] MINUTES = {1, 5, 15};

    private static final double MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier counter;
    private long lastCount;
    private long lastNanos;

    @SuppressWarnings("ArrayAsVolatile") // replaced as a whole, never written to
    private volatile double[] perMinute = new double[MINUTES.length];

    Load(LongSupplier counter, long nowNanos) {
        this.counter = counter;
        lastCount = counter.getAsLong();
        lastNanos = nowNanos;
    }

    /** Takes in what has happened since the tick before. */
    void tick(long nowNanos) {
        double minutes = (nowNanos - lastNanos) / MINUTE_NANOS;
        if (minutes <= 0) {
            return;
        }
        long count = counter.getAsLong();
        double rate = (count - lastCount) / minutes;
        lastCount = count;
        lastNanos = nowNanos;
        double[] before = perMinute;
        double[] after = new double[MINUTES.length];
        for (int i = 0; i < MINUTES.length; i++) {
            after[i] = rate + Math.exp(-minutes / MINUTES[i]) * (before[i] - rate);
        }
        perMinute = after;
    }

    /** One of the averages, by its place in {@link #MINUTES}. */
    double perMinute(int place) {
        return perMinute[place];
    }
}
