// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

import java.util.List;

/**
 * UNSUBACK: the answer to UNSUBSCRIBE, also when nothing was deleted [MQTT-3.10.4-5] [MQTT5-3.10.4-4].
 *
 * @param packetId that of the UNSUBSCRIBE [MQTT-3.10.4-4] [MQTT5-3.10.4-5]
 * @param reasonCodes one per filter in MQTT 5 [MQTT5-3.11.3-1] [MQTT5-3.11.3-2]; not written, and empty when decoded,
 *     before
 */
public record UnsubAck(int packetId, List<ReasonCode> reasonCodes, Properties properties) implements Packet {

    public UnsubAck {
        PacketIds.requireValid(packetId);
        reasonCodes = List.copyOf(reasonCodes);
        for (ReasonCode reasonCode : reasonCodes) {
            reasonCode.requireAllowedIn(PacketType.UNSUBACK);
        }
    }

    public UnsubAck(int packetId, List<ReasonCode> reasonCodes) {
        this(packetId, reasonCodes, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.UNSUBACK;
    }
}
