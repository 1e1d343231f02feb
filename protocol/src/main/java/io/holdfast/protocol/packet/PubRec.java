// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

/**
 * PUBREC: the receiver of a QoS 2 message has taken it over (part 1 of 3 of the answer) [MQTT-4.3.3-2] [MQTT5-4.3.3-8].
 *
 * @param packetId 1..65,535, that of the PUBLISH [MQTT-2.3.1-6] [MQTT5-2.2.1-5]
 * @param reasonCode always SUCCESS before MQTT 5
 */
public record PubRec(int packetId, ReasonCode reasonCode, Properties properties) implements Packet {

    public PubRec {
        PacketIds.requireValid(packetId);
        reasonCode.requireAllowedIn(PacketType.PUBREC);
    }

    public PubRec(int packetId, ReasonCode reasonCode) {
        this(packetId, reasonCode, Properties.NONE);
    }

    public PubRec(int packetId) {
        this(packetId, ReasonCode.SUCCESS, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.PUBREC;
    }
}
