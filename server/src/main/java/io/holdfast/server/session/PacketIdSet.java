// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/** Packet identifiers of a session, of which most sessions have none at most times: then it holds nothing. */
final class PacketIdSet {
    private @Nullable IntHashSet ids;

    void add(int packetId) {
        if (ids == null) {
            ids = new IntHashSet();
        }
        ids.add(packetId);
    }

    void remove(int packetId) {
        if (ids != null) {
            ids.remove(packetId);
        }
    }

    boolean contains(int packetId) {
        return ids != null && ids.contains(packetId);
    }

    boolean isEmpty() {
        return ids == null || ids.isEmpty();
    }
}
