// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.storage.log.Message;

/** Hears what becomes of messages while somebody looks. Called on the shards' threads, so it must not wait. */
public interface RoutingWatch {
    /** What becomes of a message for one receiver. */
    enum Decision {
        /** It went to the client, or goes with the end of this burst. */
        SENT,
        /** It waits in the session's queue. */
        QUEUED,
        /** The session's queue is full, and this message was given up for it. */
        QUEUE_FULL,
        /** It expired before it could be sent. */
        EXPIRED,
        /** The client takes no packet of this size. */
        TOO_LARGE,
        /** QoS 0, and the client reads too slowly. */
        SLOW_RECEIVER,
        /** The access rules do not let the client have it. */
        DENIED
    }

    /**
     * A client has published a message.
     *
     * @param receivers sessions that have a matching subscription; a shared group counts as one
     */
    void published(Message message, String publisher, int receivers);

    /** It was decided what becomes of a message for a session; a shared group's members each hear of their own. */
    void decided(Message message, String receiver, Decision decision);
}
