// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

/** PINGREQ: a sign of life, answered by PINGRESP [MQTT-3.12.4-1] [MQTT5-3.12.4-1]. Use {@link #INSTANCE}. */
public record PingReq() implements Packet {
    public static final PingReq INSTANCE = new PingReq();

    @Override
    public PacketType type() {
        return PacketType.PINGREQ;
    }
}
