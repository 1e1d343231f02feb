// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;

/**
 * A CONNECT with a known protocol name and a level that does not go with it: the one malformed CONNECT that every
 * client
 * is told about, with CONNACK 0x01 [MQTT-3.1.2-2] [MQTT5-3.1.2-2] or, in the form of MQTT 5, 0x84.
 */
public final class UnsupportedProtocolVersionException extends MalformedPacketException {
    private static final long serialVersionUID = 1L;

    private final ProtocolVersion answerVersion;

    UnsupportedProtocolVersionException(ProtocolVersion answerVersion, int level) {
        super(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION, "protocol level " + level + " is not supported");
        this.answerVersion = answerVersion;
    }

    /** The version to encode the CONNACK in: the one nearest to what the client asked for. */
    public ProtocolVersion answerVersion() {
        return answerVersion;
    }
}
