// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import org.jspecify.annotations.Nullable;

/**
 * To whom sessions belong, and how many one user has. A session belongs to the first user who came to it; one that came
 * into being without a user, or in a store from before there were users, belongs to nobody until then. Only sessions with
 * rows are counted.
 */
final class SessionOwners {
    private final ShardEnvironment env;
    private final AccessLimits limits;

    SessionOwners(ShardEnvironment env, AccessLimits limits) {
        this.env = env;
        this.limits = limits;
    }

    /** Whether a client may go on with a session that lives, or end it (T26). */
    boolean mayUse(Session session, Connection connection) {
        return !limits.owned() || session.owner == null || session.owner.equals(connection.userName());
    }

    /**
     * Makes room for a session of a client, before anything is done about the one there is.
     *
     * @param session the one there is, if any
     * @param keeps whether the client goes on with it
     * @param durable whether a new one will have rows
     * @return false when the user has as many as it may have (T20)
     */
    boolean take(@Nullable Session session, boolean keeps, boolean durable, Connection connection) {
        String user = connection.userName();
        if (user == null || !(keeps || durable)) {
            return true;
        }
        if (session != null && session.counted && user.equals(session.owner)) {
            session.counted = keeps; // A new one takes its place.
            return true;
        }
        return env.takeSession(user);
    }

    /** Room was made: the client has this session now, an old or a new one. */
    void has(Session session, Connection connection) {
        String user = connection.userName();
        if (user == null) {
            return;
        }
        if (session.counted && session.owner != null && !user.equals(session.owner)) {
            env.giveSession(session.owner);
        }
        session.owner = user;
        session.counted = session.durable;
    }

    /** A session has ended. */
    void ended(Session session) {
        if (session.counted && session.owner != null) {
            session.counted = false;
            env.giveSession(session.owner);
        }
    }
}
