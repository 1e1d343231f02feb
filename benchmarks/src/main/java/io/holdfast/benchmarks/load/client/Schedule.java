// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

/**
 * When the messages of an open loop are due, whatever the broker does: at equal distances, counted and not added up, so
 * that no error grows.
 */
final class Schedule {
    private final long startNanos;
    private final double spacingNanos;
    private long taken;

    Schedule(long startNanos, double spacingNanos) {
        this.startNanos = startNanos;
        this.spacingNanos = spacingNanos;
    }

    /** When the next message is due, on {@link System#nanoTime}. */
    long nextNanos() {
        return startNanos + (long) (taken * spacingNanos);
    }

    boolean isDue(long nowNanos) {
        return nextNanos() - nowNanos <= 0;
    }

    void take() {
        taken++;
    }
}
