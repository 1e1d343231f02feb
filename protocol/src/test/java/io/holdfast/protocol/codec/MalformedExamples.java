// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static io.holdfast.protocol.codec.PacketDecoder.Role.CLIENT;
import static io.holdfast.protocol.codec.PacketDecoder.Role.SERVER;
import static io.holdfast.protocol.packet.ProtocolVersion.MQTT_3_1;
import static io.holdfast.protocol.packet.ProtocolVersion.MQTT_3_1_1;
import static io.holdfast.protocol.packet.ProtocolVersion.MQTT_5;
import static io.holdfast.protocol.packet.ReasonCode.MALFORMED_PACKET;
import static io.holdfast.protocol.packet.ReasonCode.PACKET_TOO_LARGE;
import static io.holdfast.protocol.packet.ReasonCode.PROTOCOL_ERROR;
import static io.holdfast.protocol.packet.ReasonCode.QUOTA_EXCEEDED;
import static io.holdfast.protocol.packet.ReasonCode.TOPIC_FILTER_INVALID;
import static io.holdfast.protocol.packet.ReasonCode.TOPIC_NAME_INVALID;
import static io.holdfast.protocol.packet.ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a decoder must refuse, by the ids of the list of hostile behaviour (T..) and of the requirements (S..). Each is as
 * complete as its lengths say, unless a length is what is wrong.
 */
public final class MalformedExamples {
    private MalformedExamples() {}

    /** All examples, of bodies and of fixed headers. */
    public static Stream<MalformedExample> all() {
        return Stream.concat(headers(), bodies());
    }

    /** What can be told from the fixed header: refused before the body is there. */
    public static Stream<MalformedExample> headers() {
        List<MalformedExample> examples = new ArrayList<>();
        firstBytes(examples);
        lengths(examples);
        return examples.stream();
    }

    /** What is refused once the body is there. */
    public static Stream<MalformedExample> bodies() {
        List<MalformedExample> examples = new ArrayList<>();
        connect(examples);
        connectFields(examples);
        connectTexts(examples);
        publish(examples);
        acks(examples);
        subscribe(examples);
        MalformedExamples5.addAll(examples);
        return examples.stream();
    }

    private static void firstBytes(List<MalformedExample> to) {
        for (int type = 2; type <= 15; type++) {
            int flags = type == 6 || type == 8 || type == 10 ? 2 : 0;
            first(to, "T03 type " + type + " first", MQTT_3_1_1, "%x%x".formatted(type, flags), PROTOCOL_ERROR);
        }
        first(to, "T03 type 0 first", MQTT_3_1_1, "00", MALFORMED_PACKET);
        first(to, "CONNECT with flags", MQTT_3_1_1, "11", MALFORMED_PACKET);
        for (ProtocolVersion version : ProtocolVersion.values()) {
            open(to, "T13 second CONNECT", version, "10", PROTOCOL_ERROR);
            open(to, "type 0", version, "0f", MALFORMED_PACKET);
            open(to, "CONNACK to a server", version, "20", PROTOCOL_ERROR);
            open(to, "SUBACK to a server", version, "90", PROTOCOL_ERROR);
            open(to, "UNSUBACK to a server", version, "b0", PROTOCOL_ERROR);
            open(to, "PINGRESP to a server", version, "d0", PROTOCOL_ERROR);
            open(to, "[MQTT-3.3.1-4] [MQTT5-3.3.1-4] QoS 3", version, "36", MALFORMED_PACKET);
            open(to, "QoS 3 with DUP", version, "3e", MALFORMED_PACKET);
            open(to, "[MQTT-3.3.1-2] [MQTT5-3.3.1-2] DUP with QoS 0", version, "38", MALFORMED_PACKET);
            for (int type : new int[] {4, 5, 7, 12, 14}) {
                open(
                        to,
                        "[MQTT-2.2.2-2] [MQTT5-2.1.3-1] [MQTT5-3.14.1-1] flags of type " + type,
                        version,
                        "%x1".formatted(type),
                        MALFORMED_PACKET);
            }
            for (int type : new int[] {6, 8, 10}) {
                open(
                        to,
                        "[MQTT5-3.6.1-1] [MQTT5-3.8.1-1] [MQTT5-3.10.1-1] no flags of type " + type,
                        version,
                        "%x0".formatted(type),
                        MALFORMED_PACKET);
                open(
                        to,
                        "[MQTT-2.2.2-2] [MQTT5-2.1.3-1] [MQTT5-3.14.1-1] flags of type " + type,
                        version,
                        "%x3".formatted(type),
                        MALFORMED_PACKET);
            }
            at(to, "PINGREQ to a client", version, CLIENT, "c0", PROTOCOL_ERROR);
            at(to, "SUBSCRIBE to a client", version, CLIENT, "82", PROTOCOL_ERROR);
            at(to, "UNSUBSCRIBE to a client", version, CLIENT, "a2", PROTOCOL_ERROR);
            at(to, "CONNECT to a client", version, CLIENT, "10", PROTOCOL_ERROR);
            at(to, "second CONNACK to a client", version, CLIENT, "20", PROTOCOL_ERROR);
        }
        open(to, "AUTH before MQTT 5", MQTT_3_1_1, "f0", PROTOCOL_ERROR);
        open(to, "[MQTT5-3.15.1-1] AUTH with flags", MQTT_5, "f2", MALFORMED_PACKET);
        at(to, "DISCONNECT from a server before MQTT 5", MQTT_3_1_1, CLIENT, "e0", PROTOCOL_ERROR);
        open(to, "PUBREL with DUP after MQTT 3.1", MQTT_3_1_1, "6a", MALFORMED_PACKET);
        open(to, "SUBSCRIBE with DUP after MQTT 3.1", MQTT_3_1_1, "8a", MALFORMED_PACKET);
    }

    private static void lengths(List<MalformedExample> to) {
        first(to, "T04 CONNECT of 256 MB", MQTT_3_1_1, "10 ff ff ff 7f", PACKET_TOO_LARGE);
        first(to, "T04 CONNECT one byte over 64 KiB", MQTT_3_1_1, "10 fd ff 03 # 65,533 + 4", PACKET_TOO_LARGE);
        first(to, "[MQTT-3.1.3-3] [MQTT5-3.1.3-3] CONNECT too short", MQTT_3_1_1, "10 0b", MALFORMED_PACKET);
        add(to, "CONNACK of three bytes", MQTT_3_1_1, CLIENT, false, "20 03", MALFORMED_PACKET);
        first(to, "T07 CONNECT with five length bytes", MQTT_3_1_1, "10 80 80 80 80", MALFORMED_PACKET);
        for (ProtocolVersion version : ProtocolVersion.values()) {
            open(to, "T05 PUBLISH of 256 MB", version, "30 ff ff ff 7f", PACKET_TOO_LARGE);
            open(to, "T05 PUBLISH one byte over 2 MiB", version, "30 fd ff 7f # 2,097,149 + 4", PACKET_TOO_LARGE);
            open(to, "T07 five length bytes", version, "30 ff ff ff ff", MALFORMED_PACKET);
            open(to, "PINGREQ with a body", version, "c0 01", MALFORMED_PACKET);
            open(to, "SUBSCRIBE too short", version, "82 05", MALFORMED_PACKET);
            open(to, "UNSUBSCRIBE too short", version, "a2 04", MALFORMED_PACKET);
            open(to, "PUBLISH too short", version, "30 02", MALFORMED_PACKET);
            open(to, "PUBLISH QoS 1 too short", version, "32 04", MALFORMED_PACKET);
            open(to, "T09 PUBACK of one byte", version, "40 01", MALFORMED_PACKET);
        }
        for (ProtocolVersion version : List.of(MQTT_3_1, MQTT_3_1_1)) {
            for (String type : List.of("40", "50", "62", "70")) {
                open(to, "T09 acknowledgement of three bytes " + type, version, type + " 03", MALFORMED_PACKET);
            }
            open(to, "T09 DISCONNECT with a body", version, "e0 01", MALFORMED_PACKET);
            at(to, "T09 UNSUBACK with codes", version, CLIENT, "b0 03", MALFORMED_PACKET);
        }
        open(to, "T07 remaining length longer than needed", MQTT_5, "c0 80 00", MALFORMED_PACKET);
        open(to, "T07 remaining length longer than needed", MQTT_5, "30 85 80 80 00", MALFORMED_PACKET);
    }

    private static void connect(List<MalformedExample> to) {
        first(
                to,
                "[MQTT-3.1.2-1] [MQTT5-3.1.2-1] wrong protocol name",
                MQTT_3_1_1,
                "10 0c 00 04 'MQTX' 04 02 00 00 00 00",
                MALFORMED_PACKET);
        first(to, "lower case protocol name", MQTT_3_1_1, "10 0c 00 04 'mqtt' 04 02 00 00 00 00", MALFORMED_PACKET);
        first(to, "longer protocol name", MQTT_3_1_1, "10 0d 00 05 'MQTTX' 04 02 00 00 00 00", MALFORMED_PACKET);
        for (String level : List.of("00", "03", "06", "84", "ff")) {
            first(
                    to,
                    "level " + level + " of MQTT",
                    MQTT_3_1_1,
                    "10 0c 00 04 'MQTT' " + level + " 02 00 00 00 00",
                    UNSUPPORTED_PROTOCOL_VERSION);
        }
        for (String level : List.of("02", "04", "05")) {
            first(
                    to,
                    "level " + level + " of MQIsdp",
                    MQTT_3_1,
                    "10 0e 00 06 'MQIsdp' " + level + " 02 00 00 00 00",
                    UNSUPPORTED_PROTOCOL_VERSION);
        }
        connectFlags(to, "[MQTT-3.1.2-3] [MQTT5-3.1.2-3] T12 reserved flag", "03");
        connectFlags(to, "[MQTT-3.1.2-14] [MQTT5-3.1.2-12] T12 will QoS 3", "1e");
        connectFlags(to, "[MQTT-3.1.2-13] [MQTT5-3.1.2-11] T12 will QoS without a will", "0a");
        connectFlags(to, "T12 will QoS 2 without a will", "12");
        connectFlags(to, "[MQTT-3.1.2-15] [MQTT5-3.1.2-13] T12 will retain without a will", "22");
        first(
                to,
                "T12 password without user name",
                MQTT_3_1_1,
                "10 0f 00 04 'MQTT' 04 42 00 00 00 00 00 01 'p'",
                MALFORMED_PACKET);
    }

    private static void connectFields(List<MalformedExample> to) {
        first(
                to,
                "T08 client id longer than the packet",
                MQTT_3_1_1,
                "10 0d 00 04 'MQTT' 04 02 00 00 00 02 'c'",
                MALFORMED_PACKET);
        first(
                to,
                "T08 protocol name longer than the packet",
                MQTT_3_1_1,
                "10 0c ff ff 'MQTT' 04 02 00 00 00 00",
                MALFORMED_PACKET);
        first(
                to,
                "T08 will message longer than the packet",
                MQTT_3_1_1,
                "10 11 00 04 'MQTT' 04 06 00 00 00 00 00 01 'w' 00 09",
                MALFORMED_PACKET);
        first(
                to,
                "T08 password longer than the packet",
                MQTT_3_1_1,
                "10 11 00 04 'MQTT' 04 c2 00 00 00 00 00 00 00 02 'p'",
                MALFORMED_PACKET);
        first(
                to,
                "user name announced but missing",
                MQTT_3_1_1,
                "10 0c 00 04 'MQTT' 04 82 00 00 00 00",
                MALFORMED_PACKET);
        first(
                to,
                "[MQTT-3.1.3-1] [MQTT5-3.1.3-1] T09 bytes behind the payload",
                MQTT_3_1_1,
                "10 0d 00 04 'MQTT' 04 02 00 00 00 00 00",
                MALFORMED_PACKET);
    }

    private static void connectTexts(List<MalformedExample> to) {
        first(
                to,
                "[MQTT-3.1.3-4] [MQTT5-3.1.3-4] T10 client id ill-formed",
                MQTT_3_1_1,
                "10 0e 00 04 'MQTT' 04 02 00 00 00 02 c0 80",
                MALFORMED_PACKET);
        first(to, "T10 client id with U+0000", MQTT_3_1_1, "10 0d 00 04 'MQTT' 04 02 00 00 00 01 00", MALFORMED_PACKET);
        first(
                to,
                "[MQTT-3.1.3-11] [MQTT5-3.1.3-12] T10 user name with a surrogate",
                MQTT_3_1_1,
                "10 11 00 04 'MQTT' 04 82 00 00 00 00 00 03 ed a0 80",
                MALFORMED_PACKET);
        first(
                to,
                "[MQTT-3.1.3-10] [MQTT5-3.1.3-11] T10 will topic ill-formed",
                MQTT_3_1_1,
                "10 11 00 04 'MQTT' 04 06 00 00 00 00 00 01 ff 00 00",
                MALFORMED_PACKET);
        first(
                to,
                "T11 will topic with a wildcard",
                MQTT_3_1_1,
                "10 11 00 04 'MQTT' 04 06 00 00 00 00 00 01 '#' 00 00",
                TOPIC_NAME_INVALID);
        first(
                to,
                "T11 will topic empty",
                MQTT_3_1_1,
                "10 10 00 04 'MQTT' 04 06 00 00 00 00 00 00 00 00",
                TOPIC_NAME_INVALID);
        first(
                to,
                "T11 will topic of 129 levels",
                MQTT_3_1_1,
                "10 90 01 00 04 'MQTT' 04 06 00 00 00 00 00 80 " + "2f".repeat(128) + " 00 00",
                TOPIC_NAME_INVALID);
    }

    /** The payload fits the will flag, so that nothing but the flags is wrong. */
    private static void connectFlags(List<MalformedExample> to, String name, String flags) {
        boolean will = (Integer.parseInt(flags, 16) & ConnectDecoder.WILL) != 0;
        String will3 = will ? " 00 01 'w' 00 00" : "";
        String will5 = will ? " 00" + will3 : "";
        first(
                to,
                name,
                MQTT_3_1_1,
                (will ? "10 11" : "10 0c") + " 00 04 'MQTT' 04 " + flags + " 00 00 00 00" + will3,
                MALFORMED_PACKET);
        first(
                to,
                name,
                MQTT_3_1,
                (will ? "10 13" : "10 0e") + " 00 06 'MQIsdp' 03 " + flags + " 00 00 00 00" + will3,
                MALFORMED_PACKET);
        first(
                to,
                name,
                MQTT_5,
                (will ? "10 13" : "10 0d") + " 00 04 'MQTT' 05 " + flags + " 00 00 00 00 00" + will5,
                MALFORMED_PACKET);
    }

    private static void publish(List<MalformedExample> to) {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            // the length of the properties, and one byte in front of the payload less
            String none = version == MQTT_5 ? "00" : "'p'";
            open(to, "S34 PUBLISH to a/+", version, "30 06 00 03 'a/+' " + none, TOPIC_NAME_INVALID);
            open(to, "S34 PUBLISH to a/#", version, "30 06 00 03 'a/#' " + none, TOPIC_NAME_INVALID);
            open(to, "T11 PUBLISH to a/#/b", version, "30 08 00 05 'a/#/b' " + none, TOPIC_NAME_INVALID);
            open(to, "T11 PUBLISH to a+", version, "30 05 00 02 'a+' " + none, TOPIC_NAME_INVALID);
            open(
                    to,
                    "T11 topic of 129 levels",
                    version,
                    "30 83 01 00 80 " + "2f".repeat(128) + none,
                    TOPIC_NAME_INVALID);
            open(
                    to,
                    "T11 topic of 65,535 slashes",
                    version,
                    "30 82 80 04 ff ff " + "2f".repeat(65_535) + none,
                    TOPIC_NAME_INVALID);
            open(to, "T08 topic longer than the packet", version, "30 04 00 05 'ab'", MALFORMED_PACKET);
            open(to, "T14 packet id 0", version, "32 06 00 01 'a' 00 00 " + none, MALFORMED_PACKET);
            for (String bad : List.of("c0 80", "c3 28", "61 00", "80 80")) {
                open(to, "T10 S66 topic " + bad, version, "30 05 00 02 " + bad + none, MALFORMED_PACKET);
            }
            open(to, "T10 topic with a surrogate", version, "30 06 00 03 ed b0 80 " + none, MALFORMED_PACKET);
        }
        open(to, "S39 S63 empty topic", MQTT_3_1_1, "30 03 00 00 'p'", TOPIC_NAME_INVALID);
        open(to, "S39 S63 empty topic", MQTT_3_1, "32 05 00 00 00 01 'p'", TOPIC_NAME_INVALID);
        open(to, "S39 empty topic without an alias", MQTT_5, "30 03 00 00 00", PROTOCOL_ERROR);
        open(to, "T08 packet id cut off", MQTT_3_1_1, "32 05 00 02 'ab' 01", MALFORMED_PACKET);
    }

    private static void acks(List<MalformedExample> to) {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            for (String type : List.of("40", "50", "62", "70")) {
                open(to, "T14 packet id 0 in type " + type, version, type + " 02 00 00", MALFORMED_PACKET);
            }
            at(to, "SUBACK with packet id 0", version, CLIENT, "90 04 00 00 00 00", MALFORMED_PACKET);
        }
        at(to, "[MQTT-3.9.3-2] SUBACK code 3", MQTT_3_1_1, CLIENT, "90 03 00 01 03", PROTOCOL_ERROR);
        at(to, "SUBACK code of MQTT 5", MQTT_3_1_1, CLIENT, "90 03 00 01 87", PROTOCOL_ERROR);
        at(to, "UNSUBACK with packet id 0", MQTT_3_1_1, CLIENT, "b0 02 00 00", MALFORMED_PACKET);
        add(to, "CONNACK with reserved flags", MQTT_3_1_1, CLIENT, false, "20 02 02 00", MALFORMED_PACKET);
        add(to, "CONNACK with code 6", MQTT_3_1_1, CLIENT, false, "20 02 00 06", PROTOCOL_ERROR);
        add(
                to,
                "[MQTT-3.2.2-4] CONNACK refused with a session",
                MQTT_3_1_1,
                CLIENT,
                false,
                "20 02 01 05",
                PROTOCOL_ERROR);
        add(
                to,
                "[MQTT5-3.2.2-8] CONNACK with a code it does not have",
                MQTT_5,
                CLIENT,
                false,
                "20 03 00 8e 00",
                PROTOCOL_ERROR);
    }

    private static void subscribe(List<MalformedExample> to) {
        for (ProtocolVersion version : List.of(MQTT_3_1, MQTT_3_1_1)) {
            open(
                    to,
                    "S51 filter school/teacher#",
                    version,
                    "82 14 00 01 00 0f 'school/teacher#' 00",
                    TOPIC_FILTER_INVALID);
            open(
                    to,
                    "S52 filter school/teacher/#/math",
                    version,
                    "82 1a 00 01 00 15 'school/teacher/#/math' 00",
                    TOPIC_FILTER_INVALID);
            open(to, "S63 empty filter", version, "82 09 00 01 00 01 'a' 00 00 00 00", TOPIC_FILTER_INVALID);
            open(to, "T29 filter $share/g", version, "82 0d 00 01 00 08 '$share/g' 00", TOPIC_FILTER_INVALID);
            open(to, "T11 UNSUBSCRIBE a+", version, "a2 06 00 01 00 02 'a+'", TOPIC_FILTER_INVALID);
            open(to, "QoS 3 in SUBSCRIBE", version, "82 06 00 01 00 01 'a' 03", PROTOCOL_ERROR);
            open(to, "reserved bits in SUBSCRIBE", version, "82 06 00 01 00 01 'a' 04", MALFORMED_PACKET);
            open(to, "filter without QoS", version, "82 09 00 01 00 01 'a' 00 00 01 'b'", MALFORMED_PACKET);
            open(to, "SUBSCRIBE with packet id 0", version, "82 06 00 00 00 01 'a' 00", MALFORMED_PACKET);
            open(to, "UNSUBSCRIBE with packet id 0", version, "a2 05 00 00 00 01 'a'", MALFORMED_PACKET);
            open(to, "T08 filter longer than the packet", version, "82 06 00 01 00 09 'a' 00", MALFORMED_PACKET);
            open(to, "T10 filter ill-formed", version, "82 06 00 01 00 01 ff 00", MALFORMED_PACKET);
            open(to, "T10 UNSUBSCRIBE ill-formed", version, "a2 05 00 01 00 01 00", MALFORMED_PACKET);
            open(
                    to,
                    "T11 filter of 129 levels",
                    version,
                    "82 85 01 00 01 00 80 " + "2f".repeat(128) + " 00",
                    TOPIC_FILTER_INVALID);
            open(to, "T18 1,025 filters", version, "82 86 20 00 01 " + "00 01 61 00".repeat(1_025), QUOTA_EXCEEDED);
        }
    }

    static void first(
            List<MalformedExample> to, String name, ProtocolVersion version, String text, ReasonCode reasonCode) {
        add(to, name, version, SERVER, false, text, reasonCode);
    }

    static void open(
            List<MalformedExample> to, String name, ProtocolVersion version, String text, ReasonCode reasonCode) {
        add(to, name, version, SERVER, true, text, reasonCode);
    }

    static void at(
            List<MalformedExample> to,
            String name,
            ProtocolVersion version,
            Role receiver,
            String text,
            ReasonCode reasonCode) {
        add(to, name, version, receiver, true, text, reasonCode);
    }

    private static void add(
            List<MalformedExample> to,
            String name,
            ProtocolVersion version,
            Role receiver,
            boolean opened,
            String text,
            ReasonCode reasonCode) {
        to.add(new MalformedExample(name, version, receiver, opened, text, reasonCode));
    }
}
