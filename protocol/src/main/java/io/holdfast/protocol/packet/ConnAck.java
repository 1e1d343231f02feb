// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

/**
 * CONNACK: the server's answer to CONNECT.
 *
 * @param sessionPresent false whenever the reason is a failure [MQTT-3.2.2-4] [MQTT5-3.2.2-6]
 * @param reasonCode written as the nearest return code for 3.1 and 3.1.1, see {@link ReasonCode#connAckReturnCode()}
 */
public record ConnAck(boolean sessionPresent, ReasonCode reasonCode, Properties properties) implements Packet {

    public ConnAck {
        reasonCode.requireAllowedIn(PacketType.CONNACK);
        if (sessionPresent && reasonCode.isFailure()) {
            throw new IllegalArgumentException("session present with " + reasonCode);
        }
    }

    public ConnAck(boolean sessionPresent, ReasonCode reasonCode) {
        this(sessionPresent, reasonCode, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.CONNACK;
    }
}
