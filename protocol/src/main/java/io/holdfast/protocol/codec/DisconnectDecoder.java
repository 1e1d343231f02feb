// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static io.holdfast.protocol.codec.PacketReader.protocolError;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ReasonCode;

/** DISCONNECT and AUTH: a reason code and properties, which may be left out from the end if they say nothing. */
final class DisconnectDecoder {
    private DisconnectDecoder() {}

    static Disconnect decodeDisconnect(PacketReader in) throws MalformedPacketException {
        if (in.remaining() == 0) {
            return Disconnect.NORMAL;
        }
        ReasonCode reasonCode = AckDecoder.readReasonCode(in, PacketType.DISCONNECT);
        Properties properties =
                in.remaining() == 0 ? Properties.NONE : PropertiesDecoder.decode(in, PacketType.DISCONNECT);
        return new Disconnect(reasonCode, properties);
    }

    static Auth decodeAuth(PacketReader in) throws MalformedPacketException {
        ReasonCode reasonCode =
                in.remaining() == 0 ? ReasonCode.SUCCESS : AckDecoder.readReasonCode(in, PacketType.AUTH);
        if (in.role() == Role.SERVER && reasonCode == ReasonCode.SUCCESS) {
            throw protocolError("AUTH success from a client"); // [MQTT5-3.15.2-1]
        }
        if (in.role() == Role.CLIENT && reasonCode == ReasonCode.RE_AUTHENTICATE) {
            throw protocolError("re-authentication from a server"); // [MQTT5-3.15.2-1]
        }
        Properties properties = in.remaining() == 0 ? Properties.NONE : PropertiesDecoder.decode(in, PacketType.AUTH);
        return new Auth(reasonCode, properties);
    }
}
