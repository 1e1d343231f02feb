// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.metrics.Counters;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator that the disk does not answer, while it does not: publishers wait for a sync and see nothing else.
 * The commit thread says when one begins and ends, another thread looks.
 */
final class SyncWatch {
    /** A sync that takes longer is worth a line. */
    static final long LONG_NANOS = 2_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(SyncWatch.class);
    private static final long NONE = 0;

    private final Counters counters;
    private final AtomicLong beganNanos = new AtomicLong(NONE);
    private final AtomicLong toldNanos = new AtomicLong(NONE);

    SyncWatch(Counters counters) {
        this.counters = counters;
    }

    /** A sync begins. Commit thread. */
    void began(long nowNanos) {
        beganNanos.lazySet(nowNanos == NONE ? 1 : nowNanos);
    }

    /** It has ended. Commit thread. */
    void ended(long nanos) {
        long began = beganNanos.getAndSet(NONE);
        if (began != NONE && toldNanos.get() == began) {
            LOG.warn("the disk has answered after {} s; waiting publishers go on", seconds(nanos));
        }
    }

    /** Says once of each sync that it takes long. Not the commit thread, and none that writes to the disk. */
    void look(long nowNanos) {
        long began = beganNanos.get();
        if (began != NONE && nowNanos - began >= LONG_NANOS && toldNanos.getAndSet(began) != began) {
            counters.add(BrokerCounter.COMMIT_STALLS);
            LOG.warn(
                    "the disk has not answered for {} s: publishers wait for their acknowledgement, nobody is"
                            + " disconnected for it",
                    seconds(nowNanos - began));
        }
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f", nanos / 1e9);
    }
}
