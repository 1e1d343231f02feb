// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import java.util.ArrayDeque;

/**
 * A connection's replies leave in the order of their packets: one that could go at once waits behind one whose commit is
 * still to come (C21).
 */
final class Replies {
    /** An answer to a packet. */
    interface Reply {
        boolean isReady();

        void send(Connection connection);
    }

    private final Connection connection;
    private final ArrayDeque<Reply> parked = new ArrayDeque<>(0);

    Replies(Connection connection) {
        this.connection = connection;
    }

    /** Sends a ready reply at once when nothing is parked, else parks it. */
    void add(Reply reply) {
        if (parked.isEmpty() && reply.isReady()) {
            reply.send(connection);
        } else {
            parked.add(reply);
        }
    }

    /** A parked reply has become ready. */
    void advance() {
        while (!parked.isEmpty() && parked.peek().isReady()) {
            parked.poll().send(connection);
        }
    }

    boolean isEmpty() {
        return parked.isEmpty();
    }

    void clear() {
        parked.clear();
    }
}
