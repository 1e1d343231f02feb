// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the memory for bytes that clients have not taken yet, over all connections. Only connections whose socket did not
 * take everything at once are counted, so fast clients cost nothing. Any thread.
 */
final class OutboundBytes {
    private volatile long bytesMax;
    private final AtomicLong bytes = new AtomicLong();

    OutboundBytes(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Another bound from now on. */
    void use(long nextBytesMax) {
        bytesMax = nextBytesMax;
    }

    void changed(long before, long after) {
        bytes.addAndGet(after - before);
    }

    /** Whether connections that are behind must not be given more. */
    boolean isFull() {
        return bytes.get() >= bytesMax;
    }
}
