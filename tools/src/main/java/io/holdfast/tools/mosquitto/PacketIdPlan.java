// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import io.holdfast.storage.log.IndexSpace;
import io.holdfast.tools.mosquitto.Records.ClientMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * At which index of a session each message must stand so that it keeps its packet identifier, which an index implies. A
 * message that was sent must come again under the identifier that its receiver knows, or QoS 2 would not be exactly once.
 * Indexes between them belong to messages that are settled.
 *
 * @param first the index of the first message, everything below is settled
 * @param indexes those of the messages, rising
 * @param sentThrough every index below may have been sent
 * @param isKept whether all identifiers could be kept
 */
record PacketIdPlan(long first, List<Long> indexes, long sentThrough, boolean isKept) {
    /** A plan for what one client is owed, in order: messages that were sent, then those that were not. */
    static PacketIdPlan of(List<ClientMessage> owed, IndexSpace space) {
        List<Long> indexes = new ArrayList<>();
        long first = -1;
        long next = 0;
        long sentThrough = 0;
        boolean kept = true;
        for (ClientMessage message : owed) {
            long index = next;
            if (!message.isQueued() && message.packetId() > 0) {
                if (first < 0) {
                    index = message.packetId() - 1L;
                } else {
                    long wanted = space.index(message.packetId(), next);
                    kept &= wanted - first < space.span();
                    index = wanted - first < space.span() ? wanted : next;
                }
                sentThrough = index + 1;
            }
            first = first < 0 ? index : first;
            indexes.add(index);
            next = index + 1;
        }
        return new PacketIdPlan(Math.max(0, first), indexes, sentThrough, kept);
    }
}
