// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

import java.util.List;

/**
 * SUBACK: one code per request, in the order of the requests [MQTT-3.8.4-5] [MQTT5-3.8.4-6] [MQTT-3.9.3-1]
 * [MQTT5-3.9.3-1].
 *
 * @param packetId that of the SUBSCRIBE [MQTT-3.8.4-2] [MQTT5-3.8.4-2]
 * @param reasonCodes at least one; any failure is written as 0x80 before MQTT 5 [MQTT-3.9.3-2] [MQTT5-3.9.3-2]
 */
public record SubAck(int packetId, List<ReasonCode> reasonCodes, Properties properties) implements Packet {

    public SubAck {
        PacketIds.requireValid(packetId);
        reasonCodes = List.copyOf(reasonCodes);
        if (reasonCodes.isEmpty()) {
            throw new IllegalArgumentException("SUBACK without a code");
        }
        for (ReasonCode reasonCode : reasonCodes) {
            reasonCode.requireAllowedIn(PacketType.SUBACK);
        }
    }

    public SubAck(int packetId, List<ReasonCode> reasonCodes) {
        this(packetId, reasonCodes, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.SUBACK;
    }
}
