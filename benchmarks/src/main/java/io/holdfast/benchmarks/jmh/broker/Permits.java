// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.broker;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** What the benchmark's thread waits for: things that the broker's threads have done. */
public final class Permits {
    private static final int WAIT_SECONDS_MAX = 60;

    private final Semaphore done = new Semaphore(0);
    private final Runnable check;

    /** Permits to wait for; {@code check} is run when none come, and throws if it knows why. */
    public Permits(Runnable check) {
        this.check = check;
    }

    public void add(int count) {
        done.release(count);
    }

    /** Waits until so many more are done. */
    public void await(int count) {
        try {
            if (!done.tryAcquire(count, WAIT_SECONDS_MAX, TimeUnit.SECONDS)) {
                check.run();
                throw new IllegalStateException("nothing happens for " + WAIT_SECONDS_MAX + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
