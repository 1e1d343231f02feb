// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM end a run and not its result: the process waits until the run has closed this, that is printed what
 * it has.
 */
final class Interruption implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread hook = new Thread(this::endWithProcess, "bench-interruption");
    private volatile boolean asked;

    Interruption() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void endWithProcess() {
        asked = true;
        try {
            if (!over.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
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

    @Override
    public void close() {
        over.countDown();
        if (!asked) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
