// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

/**
 * PUBCOMP: the packet id of a QoS 2 message is free again (part 3 of 3) [MQTT-4.3.3-2] [MQTT5-4.3.3-11].
 *
 * @param packetId 1..65,535, that of the PUBLISH [MQTT-2.3.1-6] [MQTT5-2.2.1-5]
 * @param reasonCode always SUCCESS before MQTT 5
 */
public record PubComp(int packetId, ReasonCode reasonCode, Properties properties) implements Packet {

    public PubComp {
        PacketIds.requireValid(packetId);
        reasonCode.requireAllowedIn(PacketType.PUBCOMP);
    }

    public PubComp(int packetId, ReasonCode reasonCode) {
        this(packetId, reasonCode, Properties.NONE);
    }

    public PubComp(int packetId) {
        this(packetId, ReasonCode.SUCCESS, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.PUBCOMP;
    }
}
