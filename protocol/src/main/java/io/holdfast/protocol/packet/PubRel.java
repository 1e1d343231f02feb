// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

/**
 * PUBREL: the sender of a QoS 2 message will not send it again (part 2 of 3) [MQTT-4.3.3-1] [MQTT5-4.3.3-4].
 *
 * @param packetId 1..65,535, that of the PUBLISH [MQTT-2.3.1-6] [MQTT5-2.2.1-5]
 * @param reasonCode always SUCCESS before MQTT 5
 */
public record PubRel(int packetId, ReasonCode reasonCode, Properties properties) implements Packet {

    public PubRel {
        PacketIds.requireValid(packetId);
        reasonCode.requireAllowedIn(PacketType.PUBREL);
    }

    public PubRel(int packetId, ReasonCode reasonCode) {
        this(packetId, reasonCode, Properties.NONE);
    }

    public PubRel(int packetId) {
        this(packetId, ReasonCode.SUCCESS, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.PUBREL;
    }
}
