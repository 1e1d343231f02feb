// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

/**
 * DISCONNECT: the last packet of a connection [MQTT-3.14.4-2] [MQTT5-3.14.4-1]. A server sends it in MQTT 5 only.
 *
 * @param reasonCode always SUCCESS (normal disconnection) before MQTT 5
 */
public record Disconnect(ReasonCode reasonCode, Properties properties) implements Packet {

    /** A normal disconnection: the will is dropped [MQTT-3.14.4-3] [MQTT5-3.14.4-3]. */
    public static final Disconnect NORMAL = new Disconnect(ReasonCode.SUCCESS);

    public Disconnect {
        reasonCode.requireAllowedIn(PacketType.DISCONNECT);
    }

    public Disconnect(ReasonCode reasonCode) {
        this(reasonCode, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.DISCONNECT;
    }
}
