// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * What a start found, for the one line that tells the operator.
 *
 * @param sessions sessions with rows
 * @param queued messages that sessions are owed, in flight or not
 * @param connected connections that ended with the broker before this one
 * @param retained topics with a retained message
 * @param subscriptions subscriptions of sessions with rows
 * @param logBytes log rows that were replayed
 * @param quarantined rows, or stretches of rows, that a start reads and that could not be trusted: they are left out
 * @param lastDurableMillis time of the last group on disk, milliseconds since 1970; 0 for a new store
 * @param clean whether the broker before stopped cleanly
 * @param snapshot whether the subscriptions were taken from the snapshot of a clean stop, not from their rows
 * @param took time from opening the store to the end of recovery
 */
public record RecoveryReport(
        long sessions,
        long queued,
        long connected,
        long retained,
        long subscriptions,
        long logBytes,
        long quarantined,
        long lastDurableMillis,
        boolean clean,
        boolean snapshot,
        Duration took) {

    /** The line. */
    public String line() {
        String last = lastDurableMillis == 0
                ? "the store is new"
                : "last durable write " + Instant.ofEpochMilli(lastDurableMillis) + (clean ? ", stopped cleanly" : "");
        String damage =
                quarantined == 0 ? "" : String.format(Locale.ROOT, "; QUARANTINED %,d damaged rows", quarantined);
        return String.format(
                Locale.ROOT,
                "recovered %,d sessions, %,d queued, %,d connected, %,d retained in %.2f s (log %.1f MB replayed; %s)%s",
                sessions,
                queued,
                connected,
                retained,
                took.toMillis() / 1_000.0,
                logBytes / 1_000_000.0,
                last,
                damage);
    }
}
