// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.server.simulation.History.Goodbye;
import io.holdfast.server.simulation.History.Sent;
import org.jspecify.annotations.Nullable;

/**
 * What a client can tell of the time between its connections: whether its session can have expired, and whether a will
 * that waits for its delay may still come or must have come.
 */
final class Afterlife {
    private final SimWorld world;

    /** When the connection that was accepted last began, or earlier. */
    private long acceptedMillis;

    private long attemptMillis;

    /** The shortest expiry that may have counted since, without the newest attempt's. */
    private long expiryBefore = SimClient.NEVER_EXPIRES;

    private long expiryBound = SimClient.NEVER_EXPIRES;

    /** A delayed will whose connection has ended, and since when it may count. */
    private @Nullable Sent waiting;

    private long waitingMillis;

    /** Whether no later CONNECT can have met it. */
    private boolean alone;

    Afterlife(SimWorld world) {
        this.world = world;
    }

    void connecting(boolean clean, long expirySeconds) {
        expiryBefore = expiryBound;
        expiryBound = clean ? expiryBound : Math.min(expiryBound, expirySeconds);
        attemptMillis = world.surelyPassedMillis();
        alone = false;
    }

    /** Back in time at the same session: a will that waits must never be sent [MQTT5-3.1.3-9]. */
    void accepted(boolean present, boolean clean, long expirySeconds) {
        Sent will = waiting;
        if (present && will != null) {
            boolean early = world.latestMillis() < waitingMillis + will.delaySeconds * 1_000;
            will.cancelled = early;
        }
        waiting = null;
        acceptedMillis = attemptMillis;
        expiryBound = clean ? SimClient.NEVER_EXPIRES : expirySeconds;
    }

    void off(@Nullable Sent will) {
        if (will != null && will.connected && will.goodbye == Goodbye.NONE && will.delaySeconds > 0) {
            waiting = will;
            waitingMillis = acceptedMillis;
            alone = true;
        }
    }

    /** Whether the session may run out of time before its client is back. */
    boolean mayExpire() {
        return expiryBefore != SimClient.NEVER_EXPIRES;
    }

    /** Whether the time of the session can have run out while nobody was connected. */
    boolean mayHaveExpired() {
        return expiryBefore != SimClient.NEVER_EXPIRES && world.latestMillis() >= acceptedMillis + expiryBefore * 1_000;
    }

    /** All delays have passed, and this client has not been back: its will must have been sent. */
    void timeIsUp() {
        Sent will = waiting;
        if (will != null && alone) {
            will.overdue = true;
            if (!world.ledger.isPublished(will.label)) {
                throw new Violation("late: " + will);
            }
        }
    }
}
