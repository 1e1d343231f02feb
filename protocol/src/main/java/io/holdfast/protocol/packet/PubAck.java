// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

/**
 * PUBACK: the receiver of a QoS 1 message has taken it over [MQTT-4.3.2-2] [MQTT5-4.3.2-4].
 *
 * @param packetId 1..65,535, that of the PUBLISH [MQTT-2.3.1-6] [MQTT5-2.2.1-5]
 * @param reasonCode always SUCCESS before MQTT 5
 */
public record PubAck(int packetId, ReasonCode reasonCode, Properties properties) implements Packet {

    public PubAck {
        PacketIds.requireValid(packetId);
        reasonCode.requireAllowedIn(PacketType.PUBACK);
    }

    public PubAck(int packetId, ReasonCode reasonCode) {
        this(packetId, reasonCode, Properties.NONE);
    }

    public PubAck(int packetId) {
        this(packetId, ReasonCode.SUCCESS, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.PUBACK;
    }
}
