// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Lets many clients do one thing each, such as connecting, with a bounded number of them under way. Clients are asked for
 * when their turn comes, so a million of them need not exist at once.
 */
public final class Wave {
    /** What each client does; on its event loop. */
    public interface Step {
        void begin(LoadClient client, Outcome outcome);

        /** This, and how long it takes is recorded by itself when it has succeeded. */
        default Step timed(Recording recording) {
            return (client, outcome) -> {
                long start = System.nanoTime();
                Step record = (same, told) -> {
                    recording.add(same.loop(), System.nanoTime() - start);
                    told.succeeded();
                };
                then(record).begin(client, outcome);
            };
        }

        /** This, and when it has succeeded, another one. */
        default Step then(Step next) {
            return (client, outcome) -> begin(client, new Outcome() {
                @Override
                public void succeeded() {
                    next.begin(client, outcome);
                }

                @Override
                public void failed(String reason) {
                    outcome.failed(reason);
                }
            });
        }
    }

    private final LoadLoops loops;
    private final int clients;
    private final IntFunction<? extends LoadClient> client;
    private final Step step;
    private final Recording recording;
    private final LongAdder failed = new LongAdder();
    private final AtomicReference<@Nullable String> firstFailure = new AtomicReference<>();
    private final CountDownLatch lanesLeft;
    private volatile boolean stopped;

    /**
     * A wave that has not begun.
     *
     * @param client the client with a number from 0 to {@code clients - 1}
     * @param recording is told of each success and how long it took
     */
    public Wave(
            LoadLoops loops, int clients, IntFunction<? extends LoadClient> client, Step step, Recording recording) {
        this.loops = loops;
        this.clients = clients;
        this.client = client;
        this.step = step;
        this.recording = recording;
        lanesLeft = new CountDownLatch(loops.count());
    }

    /**
     * Begins; returns at once.
     *
     * @param atOnce how many clients may be under way on all loops together, at least 1 on each
     */
    public Wave begin(int atOnce) {
        begin(atOnce, false);
        return this;
    }

    /** Begins to let each client have its turn again and again, until {@link #stop}. */
    public Wave beginEndless(int atOnce) {
        begin(atOnce, true);
        return this;
    }

    private void begin(int atOnce, boolean endless) {
        int each = Math.max(1, atOnce / loops.count());
        for (int i = 0; i < loops.count(); i++) {
            Lane lane = new Lane(i, each, endless);
            loops.of(i).executor().execute(lane::advance);
        }
    }

    /** Begins nothing more; what is under way ends. */
    public void stop() {
        stopped = true;
    }

    /** Waits until nothing is under way any more, or the time is over. Answers whether all have ended. */
    public boolean await(Duration patience) throws InterruptedException {
        return lanesLeft.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    public boolean isOver() {
        return lanesLeft.getCount() == 0;
    }

    /** How many clients failed so far. */
    public long failed() {
        return failed.sum();
    }

    /** Why the first of them did, or empty. */
    public String firstFailure() {
        String reason = firstFailure.get();
        return reason == null ? "" : reason;
    }

    /** The clients of one loop: those whose number is the loop's, modulo the number of loops. */
    private final class Lane {
        private final int atOnce;
        private final boolean endless;
        /** Clients that have had their turn and wait for the next: never one that is under way. */
        private final ArrayDeque<LoadClient> again = new ArrayDeque<>();

        private int next;
        private int underWay;
        private boolean advancing;

        Lane(int first, int atOnce, boolean endless) {
            this.atOnce = atOnce;
            this.endless = endless;
            next = first;
        }

        void advance() {
            if (advancing) {
                return; // A step that ended at once: the loop below goes on.
            }
            advancing = true;
            while (underWay < atOnce && hasNext()) {
                LoadClient one = take();
                underWay++;
                long start = System.nanoTime();
                step.begin(one, new Outcome() {
                    @Override
                    public void succeeded() {
                        recording.add(one.loop(), System.nanoTime() - start);
                        ended(one);
                    }

                    @Override
                    public void failed(String reason) {
                        firstFailure.compareAndSet(null, reason);
                        failed.increment();
                        ended(one);
                    }
                });
            }
            advancing = false;
            if (underWay == 0) {
                lanesLeft.countDown();
            }
        }

        private boolean hasNext() {
            return !stopped && (next < clients || !again.isEmpty());
        }

        private LoadClient take() {
            if (next >= clients) {
                return again.remove();
            }
            LoadClient one = client.apply(next);
            next += loops.count();
            return one;
        }

        private void ended(LoadClient one) {
            underWay--;
            if (endless) {
                again.add(one);
            }
            advance();
        }
    }
}
