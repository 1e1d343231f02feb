// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

/**
 * To whom sessions belong. Every value has a setting in the configuration.
 *
 * @param owned whether a session belongs to the user who made it, and is out of reach for others
 * @param sessionsPerUserMax kept sessions of one user, 0 for no limit
 * @param nobody who may keep a session without having proven who it is
 */
public record AccessLimits(boolean owned, int sessionsPerUserMax, Nobody nobody) {
    /** Which clients may keep a session though nobody knows who they are. */
    public enum Nobody {
        ALWAYS,
        /** Those that came to an address which other machines cannot reach. */
        LOOPBACK,
        NEVER
    }

    /** Owned, no limit, and strangers from this machine only. */
    public static final AccessLimits DEFAULT = new AccessLimits(true, 0, Nobody.LOOPBACK);

    boolean mayKeep(Connection connection) {
        return connection.userName() != null
                || switch (nobody) {
                    case ALWAYS -> true;
                    case LOOPBACK -> connection.isOnLoopback();
                    case NEVER -> false;
                };
    }
}
