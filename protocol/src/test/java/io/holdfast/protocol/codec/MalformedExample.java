// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;

/**
 * Bytes that must be refused.
 *
 * @param opened whether they come on an open connection, not first
 * @param text for {@link Wire#bytes}
 */
public record MalformedExample(
        String name, ProtocolVersion version, Role receiver, boolean opened, String text, ReasonCode reasonCode) {

    public byte[] bytes() {
        return Wire.bytes(text);
    }

    public PacketDecoder decoder() {
        return opened ? Decoders.opened(receiver, version) : Decoders.fresh(receiver, version, CodecLimits.DEFAULTS);
    }

    @Override
    public String toString() {
        return name + " (" + version + " at " + receiver + ")";
    }
}
