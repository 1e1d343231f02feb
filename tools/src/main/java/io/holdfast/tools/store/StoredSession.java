// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.log.SessionState;
import io.holdfast.storage.record.SessionRecord;
import java.util.Locale;

/**
 * A session as a broker that starts now would see it.
 *
 * @param state its rows with the tail of the log folded over them
 * @param connected whether its connection lives; when no broker runs, whether it ended with the broker
 */
record StoredSession(SessionRecord record, SessionState state, boolean connected) {
    /** How far sending came, as much as the disk knows. */
    enum Progress {
        QUEUED,
        /** While a session is connected nobody writes down what is sent: after a crash it counts as sent (C16). */
        MAYBE_SENT,
        SENT,
        /** PUBREC has come: only PUBREL is sent from here on [MQTT-4.3.3-1]. */
        RELEASED;

        private final String title = name().toLowerCase(Locale.ROOT).replace('_', '-');

        String title() {
            return title;
        }
    }

    long number() {
        return state.number();
    }

    /** The client's identifier; for a shared group, which has no client, its filter. */
    String clientId() {
        return name(record);
    }

    static String name(SessionRecord record) {
        return isGroup(record) ? record.getSharedFilter() : record.getClientId();
    }

    static boolean isGroup(SessionRecord record) {
        return !record.getSharedFilter().isEmpty();
    }

    /** {@code shared} for a shared group. */
    String condition() {
        return condition(record, connected);
    }

    static String condition(SessionRecord record, boolean connected) {
        if (isGroup(record)) {
            return "shared";
        }
        return connected ? "connected" : "offline";
    }

    /** When it was last heard of, as far as rows say: milliseconds since 1970, 0 when they do not. */
    long seenMillis() {
        return seenMillis(record);
    }

    static long seenMillis(SessionRecord record) {
        return Math.max(
                record.getCreatedMillis(), Math.max(record.getConnectedMillis(), record.getDisconnectedMillis()));
    }

    Progress progress(long index) {
        if (state.isReleased(index)) {
            return Progress.RELEASED;
        }
        if (index < record.getSentThrough()) {
            return Progress.SENT;
        }
        return index < inflightEnd() ? Progress.MAYBE_SENT : Progress.QUEUED;
    }

    /** Indexes from here on have not been sent. */
    long inflightEnd() {
        long end = record.getSentThrough();
        if (connected) {
            end = Math.max(end, state.acknowledged() + state.space().span());
        }
        long[] released = state.releasedSorted();
        if (released.length > 0) {
            end = Math.max(end, released[released.length - 1] + 1);
        }
        return Math.max(state.acknowledged(), Math.min(state.next(), end));
    }

    /** How many messages are under way: unsettled indexes before {@link #inflightEnd}. */
    long inflightCount() {
        long count = 0;
        long end = inflightEnd();
        for (long i = state.acknowledged(); i < end; i++) {
            count += state.isSettled(i) ? 0 : 1;
        }
        return count;
    }

    String protocol() {
        return switch (record.getProtocolLevel()) {
            case 3 -> "3.1";
            case 4 -> "3.1.1";
            case 0 -> "-";
            default -> Integer.toString(record.getProtocolLevel());
        };
    }

    /** Seconds that the session outlives its connection by. */
    String expiry() {
        int seconds = record.getExpirySeconds();
        return seconds == -1 ? "never" : Integer.toUnsignedString(seconds);
    }
}
