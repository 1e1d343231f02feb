// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.codec;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PingReq;
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
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Packets as a device fleet sends them. */
public enum Sample {
    CONNECT,
    /** With will, user name and password. */
    CONNECT_WILL,
    CONNACK,
    PUBLISH_QOS_0,
    PUBLISH_64_BYTES,
    PUBLISH_4_KIB,
    /** Five properties, two of them the user's; the same as PUBLISH_64_BYTES before MQTT 5. */
    PUBLISH_PROPERTIES,
    PUBACK,
    PUBREC,
    PUBREL,
    PUBCOMP,
    SUBSCRIBE,
    SUBACK,
    UNSUBSCRIBE,
    UNSUBACK,
    PINGREQ,
    DISCONNECT;

    private static final int ID = 4_711;
    private static final String CLIENT_ID = "line-3-machine-42";
    private static final TopicName TOPIC = TopicName.of("site/7/line/3/machine/42/temperature");
    private static final TopicFilter FILTER = TopicFilter.parse("site/7/line/+/machine/42/#");

    Packet packet(ProtocolVersion version) {
        return switch (this) {
            case CONNECT -> Connect.anonymous(version, CLIENT_ID, false, 60, null);
            case CONNECT_WILL ->
                new Connect(
                        version,
                        CLIENT_ID,
                        false,
                        60,
                        new Will(TOPIC, new byte[16], QoS.AT_LEAST_ONCE, true, Properties.NONE),
                        "operator",
                        "not a secret".getBytes(StandardCharsets.UTF_8),
                        Properties.NONE);
            case CONNACK -> new ConnAck(true, ReasonCode.SUCCESS);
            case PUBLISH_QOS_0 -> new Publish(0, QoS.AT_MOST_ONCE, false, false, TOPIC, new byte[64], Properties.NONE);
            case PUBLISH_64_BYTES -> publish(64, Properties.NONE);
            case PUBLISH_4_KIB -> publish(4_096, Properties.NONE);
            case PUBLISH_PROPERTIES -> publish(64, version == ProtocolVersion.MQTT_5 ? properties() : Properties.NONE);
            case PUBACK -> new PubAck(ID);
            case PUBREC -> new PubRec(ID);
            case PUBREL -> new PubRel(ID);
            case PUBCOMP -> new PubComp(ID);
            case SUBSCRIBE ->
                new Subscribe(ID, List.of(new Subscribe.Request(FILTER, QoS.EXACTLY_ONCE)), Properties.NONE);
            case SUBACK -> new SubAck(ID, List.of(ReasonCode.GRANTED_QOS_2));
            case UNSUBSCRIBE -> new Unsubscribe(ID, List.of(FILTER), Properties.NONE);
            case UNSUBACK -> new UnsubAck(ID, List.of(ReasonCode.SUCCESS));
            case PINGREQ -> PingReq.INSTANCE;
            case DISCONNECT -> Disconnect.NORMAL;
        };
    }

    /** Who receives it in the broker's life; a PUBLISH is measured as it comes in. */
    Role receiver() {
        return switch (this) {
            case CONNACK, SUBACK, UNSUBACK -> Role.CLIENT;
            default -> Role.SERVER;
        };
    }

    /** Whether it is the first packet that its receiver gets. */
    boolean opens() {
        return this == CONNECT || this == CONNECT_WILL || this == CONNACK;
    }

    /** Whether a decoder is of no more use behind it. */
    boolean ends() {
        return opens() || this == DISCONNECT;
    }

    private static Publish publish(int payloadBytes, Properties properties) {
        return new Publish(ID, QoS.AT_LEAST_ONCE, false, false, TOPIC, new byte[payloadBytes], properties);
    }

    private static Properties properties() {
        return Properties.builder()
                .messageExpiryIntervalSeconds(3_600)
                .contentType("application/cbor")
                .responseTopic("site/7/answers")
                .userProperty("trace", "4bf92f3577b34da6")
                .userProperty("unit", "K")
                .build();
    }
}
