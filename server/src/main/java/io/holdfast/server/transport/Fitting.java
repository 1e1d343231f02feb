// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.protocol.codec.PacketEncoder;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.ProblemInformation;
import io.holdfast.protocol.packet.ProtocolVersion;
import org.jspecify.annotations.Nullable;

/** How much of an answer an MQTT 5 client wants to hear and can take. */
final class Fitting {
    private Fitting() {}

    /**
     * The answer as it may be sent: without Reason String and User Properties where the client did not ask for them, and
     * where they make the packet larger than it takes.
     *
     * @param wanted what the client said in Request Problem Information
     * @param packetBytesMax its Maximum Packet Size, {@link Integer#MAX_VALUE} for none
     * @return null when it is too large even so: then it is left out
     */
    static @Nullable Packet fit(Packet packet, boolean wanted, int packetBytesMax) {
        boolean always = packet.type() == PacketType.CONNACK || packet.type() == PacketType.DISCONNECT;
        Packet fitting = always || wanted ? packet : ProblemInformation.strip(packet); // [MQTT5-3.1.2-29]
        if (!isTooLarge(fitting, packetBytesMax)) {
            return fitting;
        }
        // [MQTT5-3.2.2-19] [MQTT5-3.2.2-20] [MQTT5-3.4.2-2] [MQTT5-3.4.2-3] [MQTT5-3.5.2-2] [MQTT5-3.5.2-3]
        // [MQTT5-3.6.2-2] [MQTT5-3.6.2-3] [MQTT5-3.7.2-2] [MQTT5-3.7.2-3] [MQTT5-3.9.2-1] [MQTT5-3.9.2-2]
        // [MQTT5-3.11.2-1] [MQTT5-3.11.2-2] [MQTT5-3.14.2-3] [MQTT5-3.14.2-4] [MQTT5-3.15.2-2] [MQTT5-3.15.2-3]
        fitting = ProblemInformation.strip(fitting);
        return isTooLarge(fitting, packetBytesMax) ? null : fitting; // [MQTT5-3.1.2-24]
    }

    private static boolean isTooLarge(Packet packet, int packetBytesMax) {
        return packetBytesMax != Integer.MAX_VALUE
                && PacketEncoder.encodedSize(packet, ProtocolVersion.MQTT_5) > packetBytesMax;
    }
}
