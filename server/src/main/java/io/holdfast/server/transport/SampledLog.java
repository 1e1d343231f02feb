// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/**
 * One line a minute however often something happens: whoever can cause a log line at will must not be able to fill the
 * disk with them. Counters tell how often it really was. Any thread.
 */
final class SampledLog {
    private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Logger log;
    private final AtomicLong silent = new AtomicLong();
    private final AtomicLong nextNanos = new AtomicLong(System.nanoTime());

    SampledLog(Logger log) {
        this.log = log;
    }

    /** Logs the event, or only counts it. */
    void event(String what, String peer) {
        long now = System.nanoTime();
        long next = nextNanos.get();
        if (now - next < 0 || !nextNanos.compareAndSet(next, now + INTERVAL_NANOS)) {
            silent.incrementAndGet();
            return;
        }
        long before = silent.getAndSet(0);
        log.info("{} from {}; {} more in the minute before", what, peer, before);
    }
}
