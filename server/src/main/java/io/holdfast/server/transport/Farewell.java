// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.ReasonCode;

/**
 * The reason code that a client is told when its connection ends. A cause has one code in the broker; the standard lists
 * some of them for CONNACK only and some for DISCONNECT only.
 */
final class Farewell {
    private Farewell() {}

    /** The listed code nearest to a cause, once CONNACK has been sent [MQTT5-3.14.2-1]. */
    static ReasonCode inDisconnect(ReasonCode cause) {
        if (cause.isAllowedIn(PacketType.DISCONNECT)) {
            return cause;
        }
        return switch (cause) {
            case BAD_USER_NAME_OR_PASSWORD, BANNED, CLIENT_IDENTIFIER_NOT_VALID -> ReasonCode.NOT_AUTHORIZED;
            default -> ReasonCode.UNSPECIFIED_ERROR;
        };
    }

    /** The listed code nearest to a cause, before CONNACK has been sent [MQTT5-3.2.2-8]. */
    static ReasonCode inConnAck(ReasonCode cause) {
        if (cause.isAllowedIn(PacketType.CONNACK)) {
            return cause;
        }
        return switch (cause) {
            case SERVER_SHUTTING_DOWN, SESSION_TAKEN_OVER, MAXIMUM_CONNECT_TIME -> ReasonCode.SERVER_UNAVAILABLE;
            default -> ReasonCode.UNSPECIFIED_ERROR;
        };
    }
}
