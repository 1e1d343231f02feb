// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Wakes the publishers of one event loop when their messages are due: an open loop, which does not slow down when the
 * broker does. Its event loop only.
 */
final class Pacer {
    /** A wake-up costs some microseconds; at high rates several messages share one, and are that much late. */
    private static final long REST_NANOS_MIN = 50_000;

    private final LoadLoop loop;
    private final List<Publisher> publishers;
    private final double spacingNanos;
    private long startNanos;
    private long next;
    private boolean stopped;

    /**
     * A pacer that has not begun.
     *
     * @param perSecond messages of all these publishers together
     */
    Pacer(LoadLoop loop, List<Publisher> publishers, double perSecond) {
        this.loop = loop;
        this.publishers = publishers;
        spacingNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    /** When the messages of the publisher at {@code index} are due, if {@link #start} is called at {@code fromNanos}. */
    Schedule schedule(int index, long fromNanos) {
        long firstNanos = fromNanos + (long) (index * spacingNanos);
        return new Schedule(firstNanos, publishers.size() * spacingNanos);
    }

    void start(long fromNanos) {
        startNanos = fromNanos;
        tick();
    }

    LoadLoop loop() {
        return loop;
    }

    /** No message is due any more. */
    void stop() {
        stopped = true;
    }

    private void tick() {
        if (stopped) {
            return;
        }
        long nowNanos = System.nanoTime();
        long due = (long) ((nowNanos - startNanos) / spacingNanos) + 1;
        // After a pause each publisher is woken once, and sends all that it owes.
        for (next = Math.max(next, due - publishers.size()); next < due; next++) {
            publishers.get((int) (next % publishers.size())).pump(nowNanos);
        }
        long rest = startNanos + (long) (next * spacingNanos) - System.nanoTime();
        ScheduledFuture<?> unused =
                loop.executor().schedule(this::tick, Math.max(REST_NANOS_MIN, rest), TimeUnit.NANOSECONDS);
    }
}
