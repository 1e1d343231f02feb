// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Since when the delayed wills of a campaign may come: a client that cuts its connection says so before. What ends with the
 * broker counts from that end, which nobody saw, and may look cut a little later. Any thread.
 */
final class WillDelays {
    private final Map<String, Long> dueMillis = new ConcurrentHashMap<>();

    /** A client is about to cut the connection of this will. */
    void cut(String will, long nowMillis, int delaySeconds) {
        dueMillis.put(will, nowMillis + 1_000L * delaySeconds);
    }

    /** The broker has ended, perhaps before it saw a cut. */
    void forget() {
        dueMillis.clear();
    }

    /** Judges a message that a subscriber has read; says what is wrong. */
    Optional<String> judge(String id, long nowMillis) {
        Long due = dueMillis.get(id);
        return due == null || nowMillis >= due
                ? Optional.empty()
                : Optional.of("'" + id + "' came " + (due - nowMillis) + " ms before its delay had passed");
    }
}
