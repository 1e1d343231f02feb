// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM end a run and not its result: the process waits until the run has closed this, that is printed what
 * it has.
 */
final class Interruption implements AutoCloseable {
    /** For what a run still does: the last messages, the end of its sessions. */
    private static final long GRACE_SECONDS = 30;

    private static final long HALT_SECONDS = 2 * GRACE_SECONDS;

    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread hook = new Thread(this::endWithProcess, "bench-interruption");
    private volatile long askedNanos;
    private volatile boolean asked;

    Interruption() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void endWithProcess() {
        askedNanos = System.nanoTime();
        asked = true;
        try {
            if (!over.await(HALT_SECONDS, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(Scenario.EXIT_FAILED);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the run shall come to its end. */
    boolean isAsked() {
        return asked;
    }

    /** Whether the run has been coming to its end for too long. */
    boolean isTimeUp() {
        return asked && System.nanoTime() - askedNanos > TimeUnit.SECONDS.toNanos(GRACE_SECONDS);
    }

    @Override
    public void close() {
        over.countDown();
        if (!asked) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
