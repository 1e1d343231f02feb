// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

/**
 * How the indexes of a session map to packet identifiers. Broker and tools use {@link #STANDARD}; the simulation uses a
 * tiny one so that everything wraps within a few steps.
 *
 * @param packetIds packet identifiers in use: 1 to this number
 * @param span at most this many indexes lie between the oldest one whose settlement is on disk and the next to send
 *     (C17); half the packet identifiers, so that an identifier is never ambiguous
 * @param inline how many of the oldest unsettled entries a window row carries itself; later ones are in fragments
 */
public record IndexSpace(int packetIds, int span, int inline) {
    public static final IndexSpace STANDARD = new IndexSpace(65_535, 32_767, 64);

    public IndexSpace {
        if (span > packetIds / 2) {
            throw new IllegalArgumentException("span " + span + " makes identifiers ambiguous");
        }
    }

    /** The packet identifier that an index implies; never 0 [MQTT-2.3.1-1] [MQTT5-2.2.1-4]. */
    public int packetId(long index) {
        return (int) (index % packetIds) + 1;
    }

    /** The index that a packet identifier means, at or above {@code oldest} and within the span. */
    public long index(int packetId, long oldest) {
        long distance = (packetId - 1 - oldest % packetIds + packetIds) % packetIds;
        return oldest + distance;
    }
}
