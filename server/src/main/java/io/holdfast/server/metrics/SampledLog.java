// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.metrics;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;

/**
 * One line a minute however often something happens: whoever can cause a log line at will must not be able to fill the
 * disk with them. Counters tell how often it really was. Any thread.
 */
public final class SampledLog {
    private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Logger log;
    private final AtomicLong silent = new AtomicLong();
    private final AtomicLong nextNanos = new AtomicLong(System.nanoTime());

    public SampledLog(Logger log) {
        this.log = log;
    }

    /** Logs what a client did, or only counts it: then no text is made, as this may be for each message. */
    public void event(Supplier<String> what, Supplier<String> peer) {
        if (isDue()) {
            log.info("{} from {}; {} more since the last such line", what.get(), peer.get(), silent.getAndSet(0));
        }
    }

    /** Logs a fault of our own with its cause, or only counts it. */
    public void error(String what, String peer, Throwable cause) {
        if (isDue()) {
            log.error("{}: {}; {} more since the last such line", peer, what, silent.getAndSet(0), cause);
        }
    }

    /** Logs what is damaged in the store, or only counts it. */
    public void damage(Supplier<String> what) {
        if (isDue()) {
            log.error(
                    "{}; see 'holdfast store check'; {} more since the last such line",
                    what.get(),
                    silent.getAndSet(0));
        }
    }

    private boolean isDue() {
        long now = System.nanoTime();
        long next = nextNanos.get();
        if (now - next < 0 || !nextNanos.compareAndSet(next, now + INTERVAL_NANOS)) {
            silent.incrementAndGet();
            return false;
        }
        return true;
    }
}
