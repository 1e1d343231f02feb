// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

import static io.holdfast.tools.blackbox.history.HistoryModel.NEVER;

import java.util.Optional;

/** One connection of a client, from its CONNECT to its end. */
final class ConnectionLife {
    final String client;
    final int connection;
    final boolean clean;
    final Optional<Publication> will;
    final int calledAt;
    int connectedAt = NEVER;
    int refusedAt = NEVER;
    int disconnectCalledAt = NEVER;
    int confirmedAt = NEVER;
    int lostAt = NEVER;

    ConnectionLife(String client, int connection, boolean clean, Optional<Publication> will, int calledAt) {
        this.client = client;
        this.connection = connection;
        this.clean = clean;
        this.will = will;
        this.calledAt = calledAt;
    }

    /** The broker had accepted it, and it ended without DISCONNECT. */
    boolean endedUngracefully() {
        return connectedAt != NEVER && lostAt != NEVER && disconnectCalledAt == NEVER;
    }

    /** No will may follow: the broker has confirmed the DISCONNECT, or never accepted the connection. */
    boolean endedWithoutWill() {
        return confirmedAt != NEVER || refusedAt != NEVER;
    }

    /** As far as the client knows, the connection still lives at the end of the history. */
    boolean open() {
        return lostAt == NEVER && disconnectCalledAt == NEVER && refusedAt == NEVER;
    }
}
