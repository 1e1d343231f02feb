// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.storage.log.Message;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the heap for QoS 1 and 2 messages that wait for sessions without rows, over all of a shard: their queues have no
 * disk to go to, and many clients with a clean session that acknowledge nothing must not exhaust the memory. A message that
 * waits for several sessions counts for each, so the bound is kept and may come early.
 */
final class VolatileBacklog {
    private final long bytesMax;
    private long bytes;

    /** The session that has held most, as far as anybody has looked: it loses messages before others do. */
    private @Nullable Session worst;

    VolatileBacklog(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    void added(Session session, Message message) {
        int size = message.storedBytes();
        bytes += size;
        session.bodyBytes += size;
        if (worst == null || worst.ended || session.bodyBytes > worst.bodyBytes) {
            worst = session;
        }
    }

    void removed(Session session, Message message) {
        int size = message.storedBytes();
        bytes -= size;
        session.bodyBytes -= size;
    }

    long bytes() {
        return bytes;
    }

    boolean isFull() {
        return bytes > bytesMax;
    }

    /** Who has to give a message up for {@code session} to keep one more. */
    Session victim(Session session) {
        Session most = worst;
        return most == null || most.ended || most.bodyBytes < session.bodyBytes ? session : most;
    }
}
