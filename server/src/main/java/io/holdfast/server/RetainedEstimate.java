// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many messages are retained, and of how many bytes: what was counted last, and what has come and gone since. Any
 * thread.
 */
final class RetainedEstimate {
    private final AtomicLong messages;
    private final AtomicLong bytes = new AtomicLong();

    RetainedEstimate(long messagesAtStart) {
        messages = new AtomicLong(messagesAtStart);
    }

    /** What the estimate is when somebody begins to count. */
    record Mark(long messages, long bytes) {}

    void changed(long moreMessages, long moreBytes) {
        if (moreMessages != 0) {
            messages.addAndGet(moreMessages);
        }
        bytes.addAndGet(moreBytes);
    }

    long messages() {
        return messages.get();
    }

    long bytes() {
        return bytes.get();
    }

    Mark mark() {
        return new Mark(messages.get(), bytes.get());
    }

    /** Somebody has counted; what changed meanwhile may be in the count or not, and is taken to be not. */
    void counted(Mark before, long countedMessages, long countedBytes) {
        messages.addAndGet(countedMessages - before.messages);
        bytes.addAndGet(countedBytes - before.bytes);
    }
}
