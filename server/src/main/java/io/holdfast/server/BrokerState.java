// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import java.util.EnumSet;
import java.util.Set;

/** Where a broker is in its life; each state knows which may come before it. */
public enum BrokerState {
    /** Opens the store and recovers; no client is served. */
    STARTING,
    /** Serves clients. */
    RUNNING,
    /** The store or the core has failed: nothing is acknowledged, connections are closed, recovery is tried again. */
    FAILED,
    /** Ends connections and writes what a clean stop leaves. */
    STOPPING,
    /** Nothing is open any more. */
    STOPPED;

    /** Whether this state may follow another. */
    public boolean canFollow(BrokerState before) {
        return predecessors().contains(before);
    }

    private Set<BrokerState> predecessors() {
        return switch (this) {
            case STARTING -> EnumSet.of(FAILED);
            case RUNNING -> EnumSet.of(STARTING);
            case FAILED -> EnumSet.of(STARTING, RUNNING);
            case STOPPING -> EnumSet.of(STARTING, RUNNING, FAILED);
            case STOPPED -> EnumSet.of(STOPPING, STARTING);
        };
    }
}
