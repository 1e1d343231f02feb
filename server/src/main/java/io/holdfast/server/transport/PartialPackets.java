// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the memory for packets that have not arrived whole, over all connections: ten thousand clients that each send
 * all but the last byte of the largest packet must not exhaust it. At the limit connections with a partial packet are no
 * longer read; a quarter above it, or when that lasts, the worst one is closed. Connections of one event loop are
 * judged by that loop.
 */
final class PartialPackets {
    private static final int HEADROOM = 4;
    private static final long OLD_NANOS = 1_000_000_000L;

    private volatile long bytesMax;
    private final AtomicLong bytes = new AtomicLong();
    private final FastThreadLocal<Set<Intake>> holders = new FastThreadLocal<>() {
        @Override
        protected Set<Intake> initialValue() {
            return new LinkedHashSet<>();
        }
    };

    PartialPackets(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Another bound from now on. Any thread. */
    void use(long nextBytesMax) {
        bytesMax = nextBytesMax;
    }

    /** A connection's partial packet takes other room than before. Its event loop. */
    void changed(Intake intake, int before, int after) {
        bytes.addAndGet((long) after - before);
        if (before == 0 && after > 0) {
            holders.get().add(intake);
        } else if (after == 0 && before > 0) {
            holders.get().remove(intake);
        }
    }

    /** Whether connections with a partial packet must wait. */
    boolean isFull() {
        return bytes.get() >= bytesMax;
    }

    /** Whether waiting is not enough. */
    boolean isOverfull() {
        return bytes.get() >= bytesMax + bytesMax / HEADROOM;
    }

    /**
     * Closes the connection of this event loop that holds most for longest, bytes times time: a large packet that arrives
     * briskly is no offence. While waiting may still help, only one that is old.
     */
    void shedWorst() {
        long now = System.nanoTime();
        Intake worst = null;
        double most = 0;
        for (Intake intake : holders.get()) {
            long ageNanos = now - intake.partialSinceNanos();
            double byteNanos = (double) intake.partialBytes() * ageNanos;
            if (byteNanos > most && (ageNanos >= OLD_NANOS || isOverfull())) {
                most = byteNanos;
                worst = intake;
            }
        }
        if (worst != null) {
            worst.shed();
        }
    }
}
