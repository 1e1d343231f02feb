// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static io.holdfast.protocol.codec.PacketDecoder.Role.CLIENT;
import static io.holdfast.protocol.codec.PacketDecoder.Role.SERVER;
import static io.holdfast.protocol.codec.WireExamples.add;
import static io.holdfast.protocol.codec.WireExamples.other;
import static io.holdfast.protocol.packet.ProtocolVersion.MQTT_5;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Properties;
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
import java.util.Arrays;
import java.util.List;

/** Every packet of MQTT 5 and every property with its bytes. */
final class WireExamples5 {
    private WireExamples5() {}

    static void addAll(List<WireExample> to) {
        connect(to);
        connectWithAll(to);
        connAck(to);
        publish(to);
        publishToClient(to);
        acks(to);
        subscribe(to);
        subscribeBadly(to);
        rest(to);
    }

    private static void connect(List<WireExample> to) {
        add(
                to,
                "CONNECT, least",
                MQTT_5,
                SERVER,
                new Connect(MQTT_5, "", true, 0, null, null, null, Properties.NONE),
                """
                10 0d 00 04 'MQTT' 05 02 00 00
                00              # no properties [MQTT-2.2.2-1]
                00 00
                """);
        add(
                to,
                "CONNECT, password without user name",
                MQTT_5,
                SERVER,
                new Connect(MQTT_5, "c", false, 0, null, null, new byte[] {7}, Properties.NONE),
                "10 11 00 04 'MQTT' 05 40 00 00 00 00 01 'c' 00 01 07");
    }

    private static void connectWithAll(List<WireExample> to) {
        add(
                to,
                "CONNECT, all properties",
                MQTT_5,
                SERVER,
                new Connect(
                        MQTT_5,
                        "c",
                        true,
                        10,
                        new Will(
                                TopicName.of("w"),
                                "bye".getBytes(US_ASCII),
                                QoS.AT_LEAST_ONCE,
                                false,
                                Properties.builder()
                                        .willDelayIntervalSeconds(5)
                                        .payloadFormatIndicator(1)
                                        .messageExpiryIntervalSeconds(4_294_967_295L)
                                        .contentType("t")
                                        .responseTopic("r/t")
                                        .correlationData(new byte[] {9, 8})
                                        .userProperty("a", "1")
                                        .userProperty("a", "2")
                                        .build()),
                        null,
                        null,
                        Properties.builder()
                                .sessionExpiryIntervalSeconds(0xFFFF_FFFFL)
                                .receiveMaximum(10)
                                .maximumPacketSizeBytes(1000)
                                .topicAliasMaximum(3)
                                .requestResponseInformation(true)
                                .requestProblemInformation(false)
                                .userProperty("k", "")
                                .authenticationMethod("m")
                                .authenticationData(new byte[] {1})
                                .build()),
                """
                10 62               # CONNECT, remaining length 98
                00 04 'MQTT' 05
                0e                  # will QoS 1, will, clean start
                00 0a
                22                  # 34 bytes of properties, in the order of their identifiers
                11 ff ff ff ff      # session expiry: never
                15 00 01 'm'        # authentication method
                16 00 01 01         # authentication data
                17 00               # request problem information
                19 01               # request response information
                21 00 0a            # receive maximum
                22 00 03            # topic alias maximum
                26 00 01 'k' 00 00  # user property
                27 00 00 03 e8      # maximum packet size
                00 01 'c'
                29                  # 41 bytes of will properties
                01 01               # payload format: UTF-8
                02 ff ff ff ff      # message expiry
                03 00 01 't'        # content type
                08 00 03 'r/t'      # response topic
                09 00 02 09 08      # correlation data
                18 00 00 00 05      # will delay
                26 00 01 'a' 00 01 '1'
                26 00 01 'a' 00 01 '2'
                00 01 'w'
                00 03 'bye'
                """);
    }

    private static void connAck(List<WireExample> to) {
        add(to, "CONNACK, least", MQTT_5, CLIENT, new ConnAck(false, ReasonCode.SUCCESS), "20 03 00 00 00");
        add(
                to,
                "CONNACK, refused",
                MQTT_5,
                CLIENT,
                new ConnAck(
                        false,
                        ReasonCode.BANNED,
                        Properties.builder().reasonString("no").build()),
                "20 08 00 8a 05 1f 00 02 'no'");
        add(
                to,
                "CONNACK, all properties",
                MQTT_5,
                CLIENT,
                new ConnAck(
                        true,
                        ReasonCode.SUCCESS,
                        Properties.builder()
                                .sessionExpiryIntervalSeconds(7)
                                .assignedClientIdentifier("id")
                                .serverKeepAliveSeconds(30)
                                .authenticationMethod("m")
                                .authenticationData(new byte[0])
                                .responseInformation("ri")
                                .serverReference("sr")
                                .reasonString("rs")
                                .receiveMaximum(65535)
                                .topicAliasMaximum(0)
                                .maximumQos(QoS.AT_LEAST_ONCE)
                                .retainAvailable(false)
                                .userProperty("u", "v")
                                .maximumPacketSizeBytes(1)
                                .wildcardSubscriptionAvailable(true)
                                .subscriptionIdentifierAvailable(false)
                                .sharedSubscriptionAvailable(true)
                                .build()),
                """
                20 42               # CONNACK, remaining length 66
                01 00               # session present, success
                3f                  # 63 bytes of properties
                11 00 00 00 07      # session expiry
                12 00 02 'id'       # assigned client identifier
                13 00 1e            # server keep alive
                15 00 01 'm'
                16 00 00
                1a 00 02 'ri'       # response information
                1c 00 02 'sr'       # server reference
                1f 00 02 'rs'       # reason string
                21 ff ff            # receive maximum
                22 00 00            # topic alias maximum
                24 01               # maximum QoS
                25 00               # retain available
                26 00 01 'u' 00 01 'v'
                27 00 00 00 01      # maximum packet size
                28 01               # wildcard subscription available
                29 00               # subscription identifier available
                2a 01               # shared subscription available
                """);
    }

    private static void publish(List<WireExample> to) {
        for (Role receiver : Role.values()) {
            add(
                    to,
                    "PUBLISH QoS 0 to " + receiver,
                    MQTT_5,
                    receiver,
                    WireExamples.publish(0, QoS.AT_MOST_ONCE, false, false, "a", "p".getBytes(US_ASCII)),
                    "30 05 00 01 'a' 00 'p'");
            add(
                    to,
                    "PUBLISH QoS 2 to " + receiver,
                    MQTT_5,
                    receiver,
                    WireExamples.publish(3, QoS.EXACTLY_ONCE, true, true, "a", new byte[0]),
                    "3d 06 00 01 'a' 00 03 00");
            add(
                    to,
                    "PUBLISH with properties to " + receiver,
                    MQTT_5,
                    receiver,
                    new Publish(
                            1,
                            QoS.AT_LEAST_ONCE,
                            false,
                            false,
                            TopicName.of("a"),
                            "p".getBytes(US_ASCII),
                            Properties.builder()
                                    .payloadFormatIndicator(0)
                                    .messageExpiryIntervalSeconds(1)
                                    .contentType("c")
                                    .responseTopic("r")
                                    .correlationData(new byte[] {5})
                                    .userProperty("x", "1")
                                    .userProperty("", "")
                                    .build()),
                    """
                    32 26                   # PUBLISH, QoS 1; remaining length 38
                    00 01 'a'
                    00 01
                    1f                      # 31 bytes of properties
                    01 00                   # payload format
                    02 00 00 00 01          # message expiry 1 s
                    03 00 01 'c'            # content type
                    08 00 01 'r'            # response topic
                    09 00 01 05             # correlation data
                    26 00 01 'x' 00 01 '1'  # user properties in their order [MQTT5-3.3.2-18]
                    26 00 00 00 00
                    'p'
                    """);
        }
    }

    private static void publishToClient(List<WireExample> to) {
        add(
                to,
                "PUBLISH with subscription identifiers",
                MQTT_5,
                CLIENT,
                new Publish(
                        0,
                        QoS.AT_MOST_ONCE,
                        false,
                        false,
                        TopicName.of("a"),
                        new byte[0],
                        Properties.builder()
                                .subscriptionIdentifier(1)
                                .subscriptionIdentifier(268_435_455)
                                .subscriptionIdentifier(1)
                                .build()),
                """
                30 0d
                00 01 'a'
                09              # 9 bytes of properties
                0b 01           # all identifiers in one packet [MQTT5-3.3.4-4]
                0b ff ff ff 7f
                0b 01
                """);
    }

    private static void acks(List<WireExample> to) {
        Properties properties =
                Properties.builder().reasonString("r").userProperty("a", "b").build();
        for (Role receiver : Role.values()) {
            add(
                    to,
                    "PUBACK with code to " + receiver,
                    MQTT_5,
                    receiver,
                    new PubAck(1, ReasonCode.NO_MATCHING_SUBSCRIBERS),
                    "40 03 00 01 10");
            add(
                    to,
                    "PUBREC with code to " + receiver,
                    MQTT_5,
                    receiver,
                    new PubRec(1, ReasonCode.QUOTA_EXCEEDED),
                    "50 03 00 01 97");
            add(
                    to,
                    "PUBREL with properties to " + receiver,
                    MQTT_5,
                    receiver,
                    new PubRel(1, ReasonCode.SUCCESS, properties),
                    "62 0f 00 01 00 0b 1f 00 01 'r' 26 00 01 'a' 00 01 'b'");
            add(
                    to,
                    "PUBCOMP with all to " + receiver,
                    MQTT_5,
                    receiver,
                    new PubComp(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, properties),
                    "70 0f 00 01 92 0b 1f 00 01 'r' 26 00 01 'a' 00 01 'b'");
            other(to, "PUBACK written out to " + receiver, MQTT_5, receiver, new PubAck(1), "40 04 00 01 00 00");
        }
    }

    private static void subscribe(List<WireExample> to) {
        add(
                to,
                "SUBSCRIBE, all options",
                MQTT_5,
                SERVER,
                new Subscribe(
                        2,
                        List.of(
                                new Subscribe.Request(
                                        TopicFilter.parse("a"), QoS.EXACTLY_ONCE, true, true, Subscribe.RETAIN_NEVER),
                                new Subscribe.Request(
                                        TopicFilter.parse("$share/g/b"),
                                        QoS.AT_MOST_ONCE,
                                        false,
                                        false,
                                        Subscribe.RETAIN_IF_NEW)),
                        Properties.builder()
                                .subscriptionIdentifier(128)
                                .userProperty("a", "b")
                                .build()),
                """
                82 1e
                00 02
                0a 0b 80 01            # subscription identifier 128
                26 00 01 'a' 00 01 'b'
                00 01 'a' 2e           # retain handling 2, retain as published, no local, QoS 2
                00 0a '$share/g/b' 10  # retain handling 1, QoS 0
                """);
    }

    private static void subscribeBadly(List<WireExample> to) {
        other(
                to,
                "SUBSCRIBE with filters that break the grammar",
                MQTT_5,
                SERVER,
                new Subscribe(
                        2,
                        Arrays.asList(
                                new Subscribe.Request(null, QoS.AT_LEAST_ONCE, false, false, 0),
                                new Subscribe.Request(TopicFilter.parse("ok"), QoS.AT_MOST_ONCE),
                                new Subscribe.Request(null, QoS.AT_MOST_ONCE, false, false, 0)),
                        Properties.NONE),
                """
                82 1d
                00 02
                00
                00 0f 'school/teacher' 23 01  # S51: no level of its own
                00 02 'ok' 00
                00 00 00                      # S63: empty
                """);
        add(
                to,
                "SUBACK",
                MQTT_5,
                CLIENT,
                new SubAck(2, List.of(ReasonCode.GRANTED_QOS_2, ReasonCode.TOPIC_FILTER_INVALID)),
                "90 05 00 02 00 02 8f");
        add(
                to,
                "UNSUBSCRIBE",
                MQTT_5,
                SERVER,
                new Unsubscribe(
                        3,
                        List.of(TopicFilter.parse("a")),
                        Properties.builder().userProperty("a", "b").build()),
                "a2 0d 00 03 07 26 00 01 'a' 00 01 'b' 00 01 'a'");
        other(
                to,
                "UNSUBSCRIBE with a filter that breaks the grammar",
                MQTT_5,
                SERVER,
                new Unsubscribe(3, Arrays.asList(null, TopicFilter.parse("a")), Properties.NONE),
                "a2 0b 00 03 00 00 03 'a+b' 00 01 'a'");
        add(
                to,
                "UNSUBACK",
                MQTT_5,
                CLIENT,
                new UnsubAck(3, List.of(ReasonCode.NO_SUBSCRIPTION_EXISTED, ReasonCode.SUCCESS)),
                "b0 05 00 03 00 11 00");
    }

    private static void rest(List<WireExample> to) {
        for (Role receiver : Role.values()) {
            add(
                    to,
                    "DISCONNECT with code to " + receiver,
                    MQTT_5,
                    receiver,
                    new Disconnect(ReasonCode.ADMINISTRATIVE_ACTION),
                    "e0 01 98");
        }
        add(
                to,
                "DISCONNECT from a client",
                MQTT_5,
                SERVER,
                new Disconnect(
                        ReasonCode.DISCONNECT_WITH_WILL_MESSAGE,
                        Properties.builder().sessionExpiryIntervalSeconds(0).build()),
                "e0 07 04 05 11 00 00 00 00");
        add(
                to,
                "DISCONNECT from a server",
                MQTT_5,
                CLIENT,
                new Disconnect(
                        ReasonCode.SERVER_MOVED,
                        Properties.builder()
                                .serverReference("other")
                                .reasonString("r")
                                .build()),
                "e0 0e 9d 0c 1c 00 05 'other' 1f 00 01 'r'");
        add(
                to,
                "AUTH from a client",
                MQTT_5,
                SERVER,
                new Auth(
                        ReasonCode.CONTINUE_AUTHENTICATION,
                        Properties.builder()
                                .authenticationMethod(Decoders.AUTHENTICATION_METHOD)
                                .authenticationData(new byte[] {1, 2})
                                .build()),
                "f0 0f 18 0d 15 00 05 'SCRAM' 16 00 02 01 02");
        add(
                to,
                "AUTH from a server",
                MQTT_5,
                CLIENT,
                new Auth(
                        ReasonCode.SUCCESS,
                        Properties.builder()
                                .authenticationMethod(Decoders.AUTHENTICATION_METHOD)
                                .build()),
                "f0 0a 00 08 15 00 05 'SCRAM'");
    }
}
