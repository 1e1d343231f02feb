// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.storage.log.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a queue, oldest first.
 *
 * @param next where the next page begins, -1 when this was the last
 */
public record QueueSlice(List<Entry> entries, long next) {
    /** What has happened to a message. */
    public enum State {
        QUEUED,
        /** Sent, or perhaps sent, and not acknowledged. */
        SENT,
        /** The client owns it: only PUBCOMP is due. */
        RELEASED,
        /** Neither memory nor a row knows which message it is. */
        MISSING
    }

    /**
     * A message in a queue.
     *
     * @param message itself when it is in memory only; else its row is to be read by its id
     */
    public record Entry(
            long index,
            long delivery,
            State state,
            @Nullable Message message) {}
}
