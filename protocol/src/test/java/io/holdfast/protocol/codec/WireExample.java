// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.ProtocolVersion;

/**
 * A packet and its bytes, byte for byte.
 *
 * @param receiver an end that may receive it
 * @param text for {@link Wire#bytes}
 * @param canonical whether the encoder writes exactly these bytes; false for other legal forms of the same packet
 */
public record WireExample(
        String name, ProtocolVersion version, Role receiver, Packet packet, String text, boolean canonical) {

    public byte[] bytes() {
        return Wire.bytes(text);
    }

    /** A decoder at the point of a connection where this packet may come. */
    public PacketDecoder decoder() {
        PacketType type = packet.type();
        return type == PacketType.CONNECT || type == PacketType.CONNACK
                ? Decoders.fresh(receiver, version, CodecLimits.DEFAULTS)
                : Decoders.opened(receiver, version);
    }

    @Override
    public String toString() {
        return version + " " + name;
    }
}
