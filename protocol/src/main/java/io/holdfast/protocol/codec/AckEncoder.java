// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.UnsubAck;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * The acknowledgements. Before MQTT 5 there are no reason codes but in CONNACK and SUBACK, and no properties: both are
 * left out there.
 */
final class AckEncoder {
    private static final int PACKET_ID_BYTES = 2;
    private static final int CONNACK_BYTES = 2;

    private AckEncoder() {}

    static long connAckRemainingLength(ConnAck connAck, ProtocolVersion version) {
        if (version == ProtocolVersion.MQTT_5) {
            return CONNACK_BYTES + PropertiesEncoder.blockBytes(PropertiesEncoder.bodyBytes(connAck.properties()));
        }
        if (connAck.reasonCode().connAckReturnCode() == ReasonCode.CLOSE_WITHOUT_CONNACK) {
            throw new IllegalArgumentException(
                    "no CONNACK return code for " + connAck.reasonCode() + ": close instead"); // [MQTT-3.2.2-6]
        }
        return CONNACK_BYTES;
    }

    static void writeConnAck(ByteBuf out, ConnAck connAck, ProtocolVersion version) {
        boolean mqtt5 = version == ProtocolVersion.MQTT_5;
        // MQTT 3.1 has no such flag: the byte is reserved there
        boolean sessionPresent = connAck.sessionPresent() && version != ProtocolVersion.MQTT_3_1;
        out.writeByte(sessionPresent ? 1 : 0);
        out.writeByte(
                mqtt5 ? connAck.reasonCode().value() : connAck.reasonCode().connAckReturnCode());
        writeProperties(out, connAck.properties(), version);
    }

    /**
     * Bytes of a packet that ends in reason code and properties, which are left out from the end if they say nothing.
     *
     * @param before bytes in front of the reason code
     */
    static long codeRemainingLength(int before, ReasonCode reasonCode, Properties properties, ProtocolVersion version) {
        if (version != ProtocolVersion.MQTT_5) {
            return before;
        }
        if (!properties.isEmpty()) {
            return before + 1 + PropertiesEncoder.blockBytes(PropertiesEncoder.bodyBytes(properties));
        }
        return reasonCode == ReasonCode.SUCCESS ? before : before + 1;
    }

    static void writeCode(ByteBuf out, ReasonCode reasonCode, Properties properties, ProtocolVersion version) {
        if (version != ProtocolVersion.MQTT_5) {
            return;
        }
        if (!properties.isEmpty()) {
            out.writeByte(reasonCode.value());
            writeProperties(out, properties, version);
        } else if (reasonCode != ReasonCode.SUCCESS) {
            out.writeByte(reasonCode.value());
        }
    }

    static long subAckRemainingLength(SubAck subAck, ProtocolVersion version) {
        return PACKET_ID_BYTES
                + propertiesBytes(subAck.properties(), version)
                + subAck.reasonCodes().size();
    }

    static void writeSubAck(ByteBuf out, SubAck subAck, ProtocolVersion version) {
        out.writeShort(subAck.packetId());
        writeProperties(out, subAck.properties(), version);
        List<ReasonCode> reasonCodes = subAck.reasonCodes();
        for (int i = 0; i < reasonCodes.size(); i++) {
            ReasonCode reasonCode = reasonCodes.get(i);
            boolean oldFailure = version != ProtocolVersion.MQTT_5 && reasonCode.isFailure();
            out.writeByte(
                    oldFailure ? AckDecoder.SUBACK_FAILURE : reasonCode.value()); // [MQTT-3.9.3-2] [MQTT5-3.9.3-2]
        }
    }

    static long unsubAckRemainingLength(UnsubAck unsubAck, ProtocolVersion version) {
        if (version != ProtocolVersion.MQTT_5) {
            return PACKET_ID_BYTES;
        }
        if (unsubAck.reasonCodes().isEmpty()) {
            throw new IllegalArgumentException("UNSUBACK without a code");
        }
        return PACKET_ID_BYTES
                + propertiesBytes(unsubAck.properties(), version)
                + unsubAck.reasonCodes().size();
    }

    static void writeUnsubAck(ByteBuf out, UnsubAck unsubAck, ProtocolVersion version) {
        out.writeShort(unsubAck.packetId());
        if (version != ProtocolVersion.MQTT_5) {
            return;
        }
        writeProperties(out, unsubAck.properties(), version);
        List<ReasonCode> reasonCodes = unsubAck.reasonCodes();
        for (int i = 0; i < reasonCodes.size(); i++) {
            out.writeByte(reasonCodes.get(i).value());
        }
    }

    static long propertiesBytes(Properties properties, ProtocolVersion version) {
        return version == ProtocolVersion.MQTT_5
                ? PropertiesEncoder.blockBytes(PropertiesEncoder.bodyBytes(properties))
                : 0;
    }

    static void writeProperties(ByteBuf out, Properties properties, ProtocolVersion version) {
        if (version == ProtocolVersion.MQTT_5) {
            PropertiesEncoder.write(out, properties, PropertiesEncoder.bodyBytes(properties));
        }
    }
}
