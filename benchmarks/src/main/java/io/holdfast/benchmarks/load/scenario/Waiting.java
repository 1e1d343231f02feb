// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** How long a run waits for what: never for ever, and not as long when the user wants the end. The scenario's thread. */
final class Waiting {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final Interruption interruption;
    private final Duration patience;

    /**
     * Waiting for one run.
     *
     * @param patience silence of a broker that still owes something, after which nothing more is expected
     */
    Waiting(Interruption interruption, Duration patience) {
        this.interruption = interruption;
        this.patience = patience;
    }

    Duration patience() {
        return patience;
    }

    /** Whether the user wants the end: nothing new is begun, what is under way may end. */
    boolean isInterrupted() {
        return interruption.isAsked();
    }

    /** Waits until something is so, for some time at most. */
    boolean await(BooleanSupplier condition, Duration atMost) {
        long endNanos = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (isInterrupted() || System.nanoTime() - endNanos >= 0) {
                return condition.getAsBoolean();
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return true;
    }

    /** Waits until all is done, as long as there is progress; for a while also when the user wants the end. */
    boolean settle(BooleanSupplier done, LongSupplier progress) {
        long before = progress.getAsLong();
        long sinceNanos = System.nanoTime();
        while (!done.getAsBoolean()) {
            long now = progress.getAsLong();
            if (now != before) {
                before = now;
                sinceNanos = System.nanoTime();
            } else if (System.nanoTime() - sinceNanos > patience.toNanos()) {
                return false;
            }
            if (interruption.isTimeUp()) {
                return false;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return true;
    }
}
