// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A few threads with a bounded line before them. Threads exist only while somebody waits. Any thread. */
final class AuthenticationThreads implements Executor, AutoCloseable {
    /** Clients that wait for a thread at most; each holds one packet, which is no larger than a CONNECT. */
    static final int WAITING_MAX = 1_024;

    private static final long IDLE_SECONDS = 10;

    private final ThreadPoolExecutor threads;

    AuthenticationThreads(String name, int threadsMax) {
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                threadsMax,
                threadsMax,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(WAITING_MAX),
                task -> {
                    Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Runs a task on one of the threads.
     *
     * @throws java.util.concurrent.RejectedExecutionException when too many wait
     */
    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }

    /** Ends the threads; what waits is dropped. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
