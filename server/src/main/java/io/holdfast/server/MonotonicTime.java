// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import java.util.function.LongSupplier;

/**
 * Wall clock time that never goes back (C34): when the wall clock jumps back, time goes on at its own pace from where it
 * was. Any thread.
 */
final class MonotonicTime {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final LongSupplier wallMillis;
    private final LongSupplier nanos;
    private long lastMillis;
    private long lastNanos;

    /** Time that begins no earlier than {@code floorMillis}, milliseconds since 1970. */
    MonotonicTime(LongSupplier wallMillis, LongSupplier nanos, long floorMillis) {
        this.wallMillis = wallMillis;
        this.nanos = nanos;
        lastMillis = floorMillis;
        lastNanos = nanos.getAsLong();
    }

    /** Milliseconds since 1970. */
    synchronized long millis() {
        long elapsed = (nanos.getAsLong() - lastNanos) / NANOS_PER_MILLI;
        lastNanos += elapsed * NANOS_PER_MILLI;
        lastMillis = Math.max(lastMillis + elapsed, wallMillis.getAsLong());
        return lastMillis;
    }
}
