// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

/** PINGRESP: the answer to PINGREQ. Use {@link #INSTANCE}. */
public record PingResp() implements Packet {
    public static final PingResp INSTANCE = new PingResp();

    @Override
    public PacketType type() {
        return PacketType.PINGRESP;
    }
}
