// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the memory for packets that have not arrived whole, over all connections: ten thousand clients that each send
 * all but the last byte of the largest packet must not exhaust it. At the limit connections with a partial packet are no
 * longer read; a quarter above it, or when that lasts, the largest one is closed. Connections of one event loop are
 * judged by that loop.
 */
final class PartialPackets {
    private static final int HEADROOM = 4;

    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();
    private final FastThreadLocal<Set<MqttHandler>> holders = new FastThreadLocal<>() {
        @Override
        protected Set<MqttHandler> initialValue() {
            return new LinkedHashSet<>();
        }
    };

    PartialPackets(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** A connection's partial packet takes other room than before. Its event loop. */
    void changed(MqttHandler handler, int before, int after) {
        bytes.addAndGet((long) after - before);
        if (before == 0 && after > 0) {
            holders.get().add(handler);
        } else if (after == 0 && before > 0) {
            holders.get().remove(handler);
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

    /** Closes the connection of this event loop that holds most. */
    void shedLargest() {
        MqttHandler largest = null;
        for (MqttHandler handler : holders.get()) {
            if (largest == null || handler.partialBytes() > largest.partialBytes()) {
                largest = handler;
            }
        }
        if (largest != null) {
            largest.shed();
        }
    }
}
