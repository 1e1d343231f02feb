// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

/**
 * AUTH: a step of MQTT 5 enhanced authentication; does not exist before MQTT 5.
 *
 * @param reasonCode SUCCESS (server only), CONTINUE_AUTHENTICATION or RE_AUTHENTICATE [MQTT5-3.15.2-1]
 */
public record Auth(ReasonCode reasonCode, Properties properties) implements Packet {

    public Auth {
        reasonCode.requireAllowedIn(PacketType.AUTH);
    }

    @Override
    public PacketType type() {
        return PacketType.AUTH;
    }
}
