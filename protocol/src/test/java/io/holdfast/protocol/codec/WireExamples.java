// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static io.holdfast.protocol.codec.PacketDecoder.Role.CLIENT;
import static io.holdfast.protocol.codec.PacketDecoder.Role.SERVER;
import static io.holdfast.protocol.packet.ProtocolVersion.MQTT_3_1;
import static io.holdfast.protocol.packet.ProtocolVersion.MQTT_3_1_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.UnsubAck;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Every packet of MQTT 3.1 and 3.1.1 with its bytes; {@link WireExamples5} has those of MQTT 5. */
public final class WireExamples {
    private static final byte[] NO_BYTES = new byte[0];

    private WireExamples() {}

    /** All examples of all versions. */
    public static Stream<WireExample> all() {
        List<WireExample> examples = new ArrayList<>();
        connect(examples);
        connectOddly(examples);
        connAck(examples);
        publish(examples);
        acks(examples);
        subscribe(examples);
        rest(examples);
        WireExamples5.addAll(examples);
        return examples.stream();
    }

    private static void connect(List<WireExample> to) {
        add(
                to,
                "CONNECT, least",
                MQTT_3_1_1,
                SERVER,
                new Connect(MQTT_3_1_1, "", true, 0, null, null, null, Properties.NONE),
                """
                10 0c           # CONNECT, remaining length 12
                00 04 'MQTT' 04 # protocol name and level
                02              # clean session
                00 00           # keep alive off
                00 00           # client id ""
                """);
        add(
                to,
                "CONNECT, most",
                MQTT_3_1_1,
                SERVER,
                new Connect(
                        MQTT_3_1_1,
                        "dev1",
                        false,
                        60,
                        new Will(
                                TopicName.of("w/t"),
                                new byte[] {0, (byte) 0xFF},
                                QoS.EXACTLY_ONCE,
                                true,
                                Properties.NONE),
                        "user",
                        new byte[] {1, 0, 2},
                        Properties.NONE),
                """
                10 24           # CONNECT, remaining length 36
                00 04 'MQTT' 04
                f4              # user name, password, will retain, will QoS 2, will
                00 3c           # keep alive 60 s
                00 04 'dev1'
                00 03 'w/t'     # will topic
                00 02 00 ff     # will message
                00 04 'user'
                00 03 01 00 02  # password: binary
                """);
        add(
                to,
                "CONNECT",
                MQTT_3_1,
                SERVER,
                new Connect(
                        MQTT_3_1, "a-client-id-of-more-than-23-bytes", false, 65535, null, "u", null, Properties.NONE),
                """
                10 32             # CONNECT, remaining length 50
                00 06 'MQIsdp' 03 # protocol name and level
                80                # user name
                ff ff             # keep alive 65,535 s = 18 h 12 min 15 s
                00 21 'a-client-id-of-more-than-23-bytes'
                00 01 'u'
                """);
    }

    private static void connectOddly(List<WireExample> to) {
        other(
                to,
                "CONNECT with announced but missing user name",
                MQTT_3_1,
                SERVER,
                new Connect(MQTT_3_1, "c", true, 0, null, null, null, Properties.NONE),
                """
                10 0f
                00 06 'MQIsdp' 03
                c2                # user name and password announced: the length of the packet wins
                00 00
                00 01 'c'
                """);
        other(
                to,
                "CONNECT with a padded remaining length",
                MQTT_3_1_1,
                SERVER,
                new Connect(MQTT_3_1_1, "", true, 0, null, null, null, Properties.NONE),
                """
                10 8c 80 80 00    # 12 in four bytes: not forbidden before MQTT 5
                00 04 'MQTT' 04
                02
                00 00
                00 00
                """);
    }

    private static void connAck(List<WireExample> to) {
        add(to, "CONNACK, session present", MQTT_3_1_1, CLIENT, new ConnAck(true, ReasonCode.SUCCESS), "20 02 01 00");
        add(
                to,
                "CONNACK, identifier rejected",
                MQTT_3_1_1,
                CLIENT,
                new ConnAck(false, ReasonCode.CLIENT_IDENTIFIER_NOT_VALID),
                "20 02 00 02");
        add(
                to,
                "CONNACK, version",
                MQTT_3_1_1,
                CLIENT,
                new ConnAck(false, ReasonCode.UNSUPPORTED_PROTOCOL_VERSION),
                "20 02 00 01");
        add(
                to,
                "CONNACK, not authorised",
                MQTT_3_1,
                CLIENT,
                new ConnAck(false, ReasonCode.NOT_AUTHORIZED),
                "20 02 00 05");
    }

    private static void publish(List<WireExample> to) {
        for (ProtocolVersion version : List.of(MQTT_3_1, MQTT_3_1_1)) {
            for (Role receiver : Role.values()) {
                add(
                        to,
                        "PUBLISH QoS 0 to " + receiver,
                        version,
                        receiver,
                        publish(0, QoS.AT_MOST_ONCE, false, true, "a/b", NO_BYTES),
                        """
                        31 05        # PUBLISH, QoS 0, RETAIN; remaining length 5
                        00 03 'a/b'  # topic; no packet id [MQTT-2.3.1-5]; empty payload
                        """);
                add(
                        to,
                        "PUBLISH QoS 1 to " + receiver,
                        version,
                        receiver,
                        publish(10, QoS.AT_LEAST_ONCE, true, false, "a/b", "hi".getBytes(US_ASCII)),
                        """
                        3a 09        # PUBLISH, DUP, QoS 1; remaining length 9
                        00 03 'a/b'
                        00 0a        # packet id 10
                        'hi'
                        """);
                add(
                        to,
                        "PUBLISH QoS 2 to " + receiver,
                        version,
                        receiver,
                        publish(65535, QoS.EXACTLY_ONCE, false, false, "/", "x".getBytes(US_ASCII)),
                        """
                        34 06        # PUBLISH, QoS 2; remaining length 6
                        00 01 '/'
                        ff ff        # packet id 65,535
                        'x'
                        """);
            }
        }
    }

    private static void acks(List<WireExample> to) {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            for (Role receiver : Role.values()) {
                add(to, "PUBACK to " + receiver, version, receiver, new PubAck(1), "40 02 00 01");
                add(to, "PUBREC to " + receiver, version, receiver, new PubRec(256), "50 02 01 00");
                add(to, "PUBREL to " + receiver, version, receiver, new PubRel(65535), "62 02 ff ff");
                add(to, "PUBCOMP to " + receiver, version, receiver, new PubComp(32768), "70 02 80 00");
            }
        }
        other(to, "PUBREL repeated", MQTT_3_1, SERVER, new PubRel(1), "6a 02 00 01 # DUP: MQTT 3.1 only");
    }

    private static void subscribe(List<WireExample> to) {
        add(
                to,
                "SUBSCRIBE",
                MQTT_3_1_1,
                SERVER,
                new Subscribe(
                        7,
                        List.of(
                                new Subscribe.Request(TopicFilter.parse("a/+"), QoS.AT_LEAST_ONCE),
                                new Subscribe.Request(TopicFilter.parse("#"), QoS.EXACTLY_ONCE)),
                        Properties.NONE),
                """
                82 0c           # SUBSCRIBE, remaining length 12
                00 07           # packet id 7
                00 03 'a/+' 01  # filter, QoS 1
                00 01 '#' 02    # filter, QoS 2
                """);
        other(
                to,
                "SUBSCRIBE repeated",
                MQTT_3_1,
                SERVER,
                new Subscribe(
                        1, List.of(new Subscribe.Request(TopicFilter.parse("a"), QoS.AT_MOST_ONCE)), Properties.NONE),
                "8a 06 00 01 00 01 'a' 00 # DUP: MQTT 3.1 only");
        add(
                to,
                "SUBACK",
                MQTT_3_1_1,
                CLIENT,
                new SubAck(
                        7,
                        List.of(
                                ReasonCode.SUCCESS,
                                ReasonCode.GRANTED_QOS_1,
                                ReasonCode.GRANTED_QOS_2,
                                ReasonCode.UNSPECIFIED_ERROR)),
                "90 06 00 07 00 01 02 80");
        add(
                to,
                "UNSUBSCRIBE",
                MQTT_3_1_1,
                SERVER,
                new Unsubscribe(8, List.of(TopicFilter.parse("a/+"), TopicFilter.parse("$SYS/#")), Properties.NONE),
                """
                a2 0f           # UNSUBSCRIBE, remaining length 15
                00 08           # packet id 8
                00 03 'a/+'
                00 06 '$SYS/#'
                """);
        add(to, "UNSUBACK", MQTT_3_1_1, CLIENT, new UnsubAck(8, List.of()), "b0 02 00 08");
    }

    private static void rest(List<WireExample> to) {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            add(to, "PINGREQ", version, SERVER, PingReq.INSTANCE, "c0 00");
            add(to, "PINGRESP", version, CLIENT, PingResp.INSTANCE, "d0 00");
            add(to, "DISCONNECT", version, SERVER, Disconnect.NORMAL, "e0 00");
        }
    }

    static Publish publish(int packetId, QoS qos, boolean dup, boolean retain, String topic, byte[] payload) {
        return new Publish(packetId, qos, dup, retain, TopicName.of(topic), payload, Properties.NONE);
    }

    static void add(
            List<WireExample> to, String name, ProtocolVersion version, Role receiver, Packet packet, String text) {
        to.add(new WireExample(name, version, receiver, packet, text, true));
    }

    /** Adds a legal form that the encoder does not write. */
    static void other(
            List<WireExample> to, String name, ProtocolVersion version, Role receiver, Packet packet, String text) {
        to.add(new WireExample(name, version, receiver, packet, text, false));
    }
}
