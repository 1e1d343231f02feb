// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static io.holdfast.protocol.codec.MalformedExamples.at;
import static io.holdfast.protocol.codec.MalformedExamples.first;
import static io.holdfast.protocol.codec.MalformedExamples.open;
import static io.holdfast.protocol.codec.PacketDecoder.Role.CLIENT;
import static io.holdfast.protocol.packet.ProtocolVersion.MQTT_5;
import static io.holdfast.protocol.packet.ReasonCode.MALFORMED_PACKET;
import static io.holdfast.protocol.packet.ReasonCode.PROTOCOL_ERROR;
import static io.holdfast.protocol.packet.ReasonCode.QUOTA_EXCEEDED;
import static io.holdfast.protocol.packet.ReasonCode.TOPIC_ALIAS_INVALID;

import io.holdfast.protocol.packet.ReasonCode;
import java.util.HexFormat;
import java.util.List;

/** What only MQTT 5 can get wrong. */
final class MalformedExamples5 {
    private MalformedExamples5() {}

    static void addAll(List<MalformedExample> to) {
        connect(to);
        publish(to);
        acks(to);
        subscribe(to);
        disconnectAndAuth(to);
    }

    /** A CONNECT with these properties. */
    private static void connect(List<MalformedExample> to, String name, String properties, ReasonCode reasonCode) {
        first(to, name, MQTT_5, packet("10", "00 04 'MQTT' 05 02 00 00", properties, "00 00"), reasonCode);
    }

    /** A CONNECT whose will has these properties. */
    private static void will(List<MalformedExample> to, String name, String properties, ReasonCode reasonCode) {
        first(
                to,
                name,
                MQTT_5,
                packet("10", "00 04 'MQTT' 05 06 00 00 00 00 00", properties, "00 01 'w' 00 00"),
                reasonCode);
    }

    /** A PUBLISH QoS 0 with these properties. */
    private static void publish(List<MalformedExample> to, String name, String properties, ReasonCode reasonCode) {
        open(to, name, MQTT_5, packet("30", "00 01 'a'", properties, ""), reasonCode);
    }

    /** Puts a packet together with right lengths, so that only the properties can be wrong; in one-byte lengths. */
    private static String packet(String first, String before, String properties, String behind) {
        int propertyBytes = Wire.bytes(properties).length;
        String block = lengthOf(propertyBytes) + properties;
        String body = before + " " + block + " " + behind;
        return first + lengthOf(Wire.bytes(body).length) + body;
    }

    private static String lengthOf(int value) {
        return value < 128
                ? " %02x ".formatted(value)
                : " %02x %s "
                        .formatted(value & 0x7F | 0x80, lengthOf(value >> 7).strip());
    }

    private static void connect(List<MalformedExample> to) {
        first(
                to,
                "[MQTT5-1.5.5-1] T07 CONNECT with a padded length",
                MQTT_5,
                "10 8d 00 00 04 'MQTT' 05 02 00 00 00 00 00",
                MALFORMED_PACKET);
        first(
                to,
                "T08 property block longer than the packet",
                MQTT_5,
                "10 0d 00 04 'MQTT' 05 02 00 00 09 00 00",
                MALFORMED_PACKET);
        connect(to, "unknown property", "00 00", MALFORMED_PACKET);
        connect(to, "property above the last", "2b 00", MALFORMED_PACKET);
        connect(to, "property identifier of two bytes", "81 01 00", MALFORMED_PACKET);
        connect(to, "property identifier longer than needed", "91 00 00 00 00 01", MALFORMED_PACKET);
        connect(to, "T17 property of another packet", "23 00 01", MALFORMED_PACKET);
        connect(to, "T17 property of a will", "18 00 00 00 01", MALFORMED_PACKET);
        for (String property :
                List.of("11 00 00 00 01", "15 00 01 'm'", "17 01", "19 01", "21 00 01", "22 00 01", "27 00 00 00 01")) {
            connect(to, "T17 twice " + property, property + property, PROTOCOL_ERROR);
        }
        connect(to, "T17 authentication data twice", "15 00 01 'm' 16 00 00 16 00 00", PROTOCOL_ERROR);
        connect(to, "T17 receive maximum 0", "21 00 00", PROTOCOL_ERROR);
        connect(to, "maximum packet size 0", "27 00 00 00 00", PROTOCOL_ERROR);
        connect(to, "request problem information 2", "17 02", PROTOCOL_ERROR);
        connect(to, "request response information 255", "19 ff", PROTOCOL_ERROR);
        connect(to, "authentication data without method", "16 00 01 00", PROTOCOL_ERROR);
        connect(to, "T08 value cut off", "11 00 00 00", MALFORMED_PACKET);
        connect(to, "T08 text longer than its block", "15 00 02 'm'", MALFORMED_PACKET);
        connect(to, "[MQTT5-1.5.7-1] T08 pair without its value", "26 00 01 'm'", MALFORMED_PACKET);
        connect(to, "[MQTT5-1.5.7-1] T10 user property name ill-formed", "26 00 01 ff 00 00", MALFORMED_PACKET);
        connect(to, "T10 user property value with U+0000", "26 00 00 00 01 00", MALFORMED_PACKET);
        connect(to, "T10 authentication method ill-formed", "15 00 02 c0 80", MALFORMED_PACKET);
        connect(to, "T18 65 user properties", "26 00 00 00 00".repeat(65), QUOTA_EXCEEDED);
        connect(to, "T18 property block over 8 KiB", "26 00 00 20 00" + "61".repeat(8192), QUOTA_EXCEEDED);
        will(to, "T17 property of CONNECT in a will", "11 00 00 00 01", MALFORMED_PACKET);
        will(to, "T17 alias in a will", "23 00 01", MALFORMED_PACKET);
        will(to, "T17 will delay twice", "18 00 00 00 01 18 00 00 00 01", PROTOCOL_ERROR);
        will(to, "T17 payload format 2 in a will", "01 02", PROTOCOL_ERROR);
        will(to, "T18 65 user properties in a will", "26 00 00 00 00".repeat(65), QUOTA_EXCEEDED);
    }

    private static void publish(List<MalformedExample> to) {
        publish(to, "T17 payload format 2", "01 02", PROTOCOL_ERROR);
        publish(to, "[MQTT5-3.3.2-8] T17 alias 0", "23 00 00", TOPIC_ALIAS_INVALID);
        publish(to, "[MQTT5-3.2.2-17] T17 alias above the maximum", "23 00 0b", TOPIC_ALIAS_INVALID);
        publish(to, "T17 alias twice", "23 00 01 23 00 01", PROTOCOL_ERROR);
        publish(to, "[MQTT5-3.3.4-6] T17 subscription identifier from a client", "0b 01", PROTOCOL_ERROR);
        publish(to, "T17 property of another packet", "21 00 01", MALFORMED_PACKET);
        publish(to, "server reference in PUBLISH", "1c 00 00", MALFORMED_PACKET);
        for (String property : List.of("01 00", "02 00 00 00 00", "03 00 00", "08 00 01 'r'", "09 00 00")) {
            publish(to, "T17 twice " + property, property + property, PROTOCOL_ERROR);
        }
        publish(to, "[MQTT5-3.3.2-14] response topic with +", "08 00 03 'r/+'", PROTOCOL_ERROR);
        publish(to, "[MQTT5-3.3.2-14] response topic with #", "08 00 03 'r/#'", PROTOCOL_ERROR);
        publish(to, "response topic empty", "08 00 00", PROTOCOL_ERROR);
        publish(to, "[MQTT5-3.3.2-13] T10 response topic ill-formed", "08 00 01 ff", MALFORMED_PACKET);
        publish(to, "[MQTT5-3.3.2-19] T10 content type with a surrogate", "03 00 03 ed a0 80", MALFORMED_PACKET);
        publish(to, "T18 1,025 user properties", "26 00 00 00 00".repeat(1_025), QUOTA_EXCEEDED);
        publish(to, "T18 property block over 64 KiB", "09 ff ff " + "00".repeat(65_535), QUOTA_EXCEEDED);
        open(to, "[MQTT5-3.3.2-7] alias never set", MQTT_5, packet("30", "00 00", "23 00 0a", ""), PROTOCOL_ERROR);
        open(to, "T08 property length longer than the packet", MQTT_5, "30 05 00 01 'a' 02 01", MALFORMED_PACKET);
        open(to, "T08 property length of five bytes", MQTT_5, "30 08 00 01 'a' 80 80 80 80 00", MALFORMED_PACKET);
        open(
                to,
                "[MQTT5-1.5.5-1] T07 property length longer than needed",
                MQTT_5,
                "30 05 00 01 'a' 80 00",
                MALFORMED_PACKET);
        at(to, "T17 subscription identifier 0", MQTT_5, CLIENT, packet("30", "00 01 'a'", "0b 00", ""), PROTOCOL_ERROR);
    }

    private static void acks(List<MalformedExample> to) {
        for (String type : List.of("40", "50", "62", "70")) {
            open(
                    to,
                    "[MQTT5-3.4.2-1] [MQTT5-3.5.2-1] [MQTT5-3.6.2-1] [MQTT5-3.7.2-1] code that the packet does not have "
                            + type,
                    MQTT_5,
                    type + " 03 00 01 8e",
                    PROTOCOL_ERROR);
            open(to, "unknown code " + type, MQTT_5, type + " 03 00 01 ff", PROTOCOL_ERROR);
            open(to, "T09 bytes behind the properties " + type, MQTT_5, type + " 05 00 01 00 00 00", MALFORMED_PACKET);
            open(to, "T08 property length too long " + type, MQTT_5, type + " 04 00 01 00 01", MALFORMED_PACKET);
            open(
                    to,
                    "T17 reason string twice " + type,
                    MQTT_5,
                    type + " 0a 00 01 00 06 1f 00 00 1f 00 00",
                    PROTOCOL_ERROR);
        }
        open(to, "[MQTT5-3.6.2-1] no matching subscribers in PUBREL", MQTT_5, "62 03 00 01 10", PROTOCOL_ERROR);
        at(to, "SUBACK without a code", MQTT_5, CLIENT, "90 06 00 01 03 1f 00 00", PROTOCOL_ERROR);
        at(to, "[MQTT5-3.11.3-2] UNSUBACK code of SUBACK", MQTT_5, CLIENT, "b0 04 00 01 00 01", PROTOCOL_ERROR);
    }

    private static void subscribe(List<MalformedExample> to) {
        open(to, "[MQTT5-3.8.3-2] no filter", MQTT_5, "82 0b 00 01 08 26 00 01 'a' 00 02 'bc'", PROTOCOL_ERROR);
        open(
                to,
                "[MQTT5-3.10.3-2] UNSUBSCRIBE without a filter",
                MQTT_5,
                "a2 08 00 01 05 26 00 00 00 00",
                PROTOCOL_ERROR);
        open(to, "T17 subscription identifier 0", MQTT_5, "82 09 00 01 02 0b 00 00 01 'a' 00", PROTOCOL_ERROR);
        open(
                to,
                "T17 subscription identifier twice",
                MQTT_5,
                "82 0b 00 01 04 0b 01 0b 02 00 01 'a' 00",
                PROTOCOL_ERROR);
        open(to, "subscription identifier in UNSUBSCRIBE", MQTT_5, "a2 08 00 01 02 0b 01 00 01 'a'", MALFORMED_PACKET);
        open(to, "QoS 3", MQTT_5, "82 07 00 01 00 00 01 'a' 03", PROTOCOL_ERROR);
        open(to, "retain handling 3", MQTT_5, "82 07 00 01 00 00 01 'a' 30", PROTOCOL_ERROR);
        for (String options : List.of("40", "80", "c0")) {
            open(
                    to,
                    "[MQTT5-3.8.3-5] reserved options " + options,
                    MQTT_5,
                    "82 07 00 01 00 00 01 'a' " + options,
                    MALFORMED_PACKET);
        }
        open(
                to,
                "[MQTT5-3.8.3-4] T17 shared and no local",
                MQTT_5,
                "82 10 00 01 00 00 0a '$share/g/a' 04",
                PROTOCOL_ERROR);
        open(
                to,
                "[MQTT5-3.8.3-1] [MQTT5-3.10.3-1] T10 filter ill-formed",
                MQTT_5,
                "82 07 00 01 00 00 01 ff 00",
                MALFORMED_PACKET);
        open(to, "T14 packet id 0", MQTT_5, "82 07 00 00 00 00 01 'a' 00", MALFORMED_PACKET);
        open(to, "filter without options", MQTT_5, "82 06 00 01 00 00 01 'a'", MALFORMED_PACKET);
    }

    private static void disconnectAndAuth(List<MalformedExample> to) {
        open(to, "[MQTT5-3.14.2-1] DISCONNECT with a code it does not have", MQTT_5, "e0 01 84", PROTOCOL_ERROR);
        open(to, "T17 session expiry twice", MQTT_5, "e0 0c 00 0a 11 00 00 00 01 11 00 00 00 01", PROTOCOL_ERROR);
        open(to, "server reference from a client", MQTT_5, "e0 05 00 03 1c 00 00", PROTOCOL_ERROR);
        open(to, "T09 bytes behind DISCONNECT", MQTT_5, "e0 03 00 00 00", MALFORMED_PACKET);
        at(
                to,
                "[MQTT5-3.14.2-2] session expiry from a server",
                MQTT_5,
                CLIENT,
                "e0 07 00 05 11 00 00 00 01",
                PROTOCOL_ERROR);
        String method = "15 00 05 " + HexFormat.of().formatHex(Wire.bytes("'SCRAM'"));
        open(to, "[MQTT5-3.15.2-1] AUTH success from a client", MQTT_5, packet("f0", "00", method, ""), PROTOCOL_ERROR);
        open(to, "AUTH of nothing from a client", MQTT_5, "f0 00", PROTOCOL_ERROR);
        open(to, "[MQTT5-4.12.1-1] AUTH without method", MQTT_5, "f0 02 18 00", PROTOCOL_ERROR);
        open(
                to,
                "[MQTT5-4.12.1-1] AUTH with another method",
                MQTT_5,
                packet("f0", "18", "15 00 01 'x'", ""),
                PROTOCOL_ERROR);
        open(
                to,
                "[MQTT5-3.15.2-1] AUTH with a code it does not have",
                MQTT_5,
                packet("f0", "87", method, ""),
                PROTOCOL_ERROR);
        at(to, "re-authentication from a server", MQTT_5, CLIENT, packet("f0", "19", method, ""), PROTOCOL_ERROR);
    }
}
