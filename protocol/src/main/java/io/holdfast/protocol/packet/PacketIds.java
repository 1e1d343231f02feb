// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

/** Range check shared by the records that carry a packet identifier. */
final class PacketIds {
    private PacketIds() {}

    /** Throws unless 1..65,535: the decoder has judged foreign ids, so a wrong one here is a bug of ours. */
    static void requireValid(int packetId) {
        if (packetId < 1 || packetId > Packet.PACKET_ID_MAX) {
            throw new IllegalArgumentException("packet id " + packetId + " is not in 1..65535");
        }
    }
}
