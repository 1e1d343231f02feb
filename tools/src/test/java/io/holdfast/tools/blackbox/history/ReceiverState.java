// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What one client's session holds as a receiver: the packet ids in use, and what was counted so far. */
final class ReceiverState {
    /** What a packet id carried last. */
    record Carried(String key, int connection, int firstAt) {}

    // valid for session
    /** QoS 2 ids from PUBLISH to PUBREL, QoS 1 ids from PUBLISH to PUBACK: the broker may use them for nothing else. */
    final Map<Integer, Carried> held = new HashMap<>();
    /** The last QoS 1 message of each id, acknowledged or not: its PUBACK may have died with the broker. */
    final Map<Integer, Carried> acknowledged = new HashMap<>();

    final Set<Integer> recCalled = new HashSet<>();

    // A session that is gone has given its promises back: its successor may get again what was never owned.
    final Map<String, Integer> liveCopies = new HashMap<>();
    final Map<String, Integer> lastInOrder = new HashMap<>();

    // valid for connection
    /** Where the message re-sent last on this connection was received first. */
    int lastRedelivered = -1;

    // valid for the whole history
    final Map<String, Integer> retainedCopies = new HashMap<>();
    private final Set<String> received = new HashSet<>();

    void connected(boolean sessionPresent) {
        lastRedelivered = -1;
        if (!sessionPresent) {
            held.clear();
            acknowledged.clear();
            recCalled.clear();
            liveCopies.clear();
            lastInOrder.clear();
        }
    }

    void ackCalled(int packetId) {
        Carried carried = held.remove(packetId);
        if (carried != null) {
            acknowledged.put(packetId, carried);
        }
    }

    int countLive(String key) {
        received.add(key);
        return liveCopies.merge(key, 1, Integer::sum);
    }

    int countRetained(String key) {
        received.add(key);
        return retainedCopies.merge(key, 1, Integer::sum);
    }

    boolean hasReceived(String key) {
        return received.contains(key);
    }
}
