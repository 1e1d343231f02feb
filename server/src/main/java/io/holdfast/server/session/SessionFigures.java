// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import org.jspecify.annotations.Nullable;

/**
 * What a list of sessions says of one that is in memory; the others' rows say all there is.
 *
 * @param peer address of its connection, null while it has none
 * @param messages QoS 1 and 2 messages that it is owed, sent or not
 * @param bytes their size, estimated once some of them are done with out of turn
 * @param createdMillis milliseconds since 1970, as all times
 * @param expirySeconds Session Expiry Interval, or {@link #NEVER_EXPIRES}
 */
public record SessionFigures(
        long number,
        String clientId,
        boolean stored,
        @Nullable String peer,
        int protocolLevel,
        long messages,
        long bytes,
        long createdMillis,
        long connectedMillis,
        long expirySeconds) {
    /** The Session Expiry Interval of a session that never expires. */
    public static final long NEVER_EXPIRES = ConnectTerms.NEVER_EXPIRES;

    static SessionFigures of(Session session) {
        Connection connection = session.connection;
        return new SessionFigures(
                session.number,
                session.clientId,
                session.durable,
                connection == null ? null : connection.peer(),
                session.protocolLevel,
                session.state.unsettledCount(),
                session.state.queuedBytes(),
                session.createdMillis,
                session.connectedMillis,
                session.expirySeconds);
    }
}
