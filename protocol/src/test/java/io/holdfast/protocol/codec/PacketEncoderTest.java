// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.UnsubAck;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class PacketEncoderTest {
    private static final Properties REASON =
            Properties.builder().reasonString("why").build();

    private static String encoded(Packet packet, ProtocolVersion version) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, version, out);
        return Wire.hex(out);
    }

    @Test
    @DisplayName("before MQTT 5 properties, reason codes and subscription options are left out")
    void encode_before5_leavesOut() {
        ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
        assertThat(encoded(new PubAck(1, ReasonCode.QUOTA_EXCEEDED, REASON), version))
                .isEqualTo("40 02 00 01");
        assertThat(encoded(new Disconnect(ReasonCode.SERVER_BUSY, REASON), version))
                .isEqualTo("e0 00");
        assertThat(encoded(new UnsubAck(1, List.of(ReasonCode.NOT_AUTHORIZED), REASON), version))
                .isEqualTo("b0 02 00 01");
        assertThat(encoded(new ConnAck(false, ReasonCode.BANNED, REASON), version))
                .isEqualTo("20 02 00 05");
        Publish publish = new Publish(0, QoS.AT_MOST_ONCE, false, false, TopicName.of("a"), new byte[1], REASON);
        assertThat(encoded(publish, version)).isEqualTo("30 04 00 01 61 00");
        Subscribe.Request request = new Subscribe.Request(TopicFilter.parse("a"), QoS.AT_LEAST_ONCE, true, true, 2);
        assertThat(encoded(new Subscribe(1, List.of(request), REASON), version)).isEqualTo("82 06 00 01 00 01 61 01");
    }

    @Test
    @DisplayName("before MQTT 5 SUBACK knows one failure: 0x80 [MQTT-3.9.3-2]")
    void encode_subAckBefore5_oneFailure() {
        SubAck subAck = new SubAck(1, List.of(ReasonCode.NOT_AUTHORIZED, ReasonCode.GRANTED_QOS_1));
        assertThat(encoded(subAck, ProtocolVersion.MQTT_3_1_1)).isEqualTo("90 04 00 01 80 01");
        assertThat(encoded(subAck, ProtocolVersion.MQTT_5)).isEqualTo("90 05 00 01 00 87 01");
    }

    @Test
    @DisplayName("MQTT 3.1 has no session present flag")
    void encode_connAck31_noSessionPresent() {
        ConnAck connAck = new ConnAck(true, ReasonCode.SUCCESS);
        assertThat(encoded(connAck, ProtocolVersion.MQTT_3_1)).isEqualTo("20 02 00 00");
        assertThat(encoded(connAck, ProtocolVersion.MQTT_3_1_1)).isEqualTo("20 02 01 00");
    }

    static Stream<Arguments> inexpressible() {
        TopicName topic = TopicName.of("a");
        return Stream.of(
                Arguments.of(ProtocolVersion.MQTT_3_1_1, new ConnAck(false, ReasonCode.MALFORMED_PACKET)),
                Arguments.of(ProtocolVersion.MQTT_3_1_1, new Auth(ReasonCode.SUCCESS, Properties.NONE)),
                Arguments.of(ProtocolVersion.MQTT_5, new UnsubAck(1, List.of())),
                Arguments.of(
                        ProtocolVersion.MQTT_5,
                        new Subscribe(
                                1, List.of(new Subscribe.Request(null, QoS.AT_MOST_ONCE, false, false, 0)), REASON)),
                Arguments.of(
                        ProtocolVersion.MQTT_5, new Unsubscribe(1, Collections.singletonList(null), Properties.NONE)),
                Arguments.of(ProtocolVersion.MQTT_5, connect(ProtocolVersion.MQTT_5, "\ud800", null)),
                Arguments.of(ProtocolVersion.MQTT_5, connect(ProtocolVersion.MQTT_5, "a\0", null)),
                Arguments.of(ProtocolVersion.MQTT_5, connect(ProtocolVersion.MQTT_5, "a".repeat(65_536), null)),
                Arguments.of(ProtocolVersion.MQTT_5, connect(ProtocolVersion.MQTT_5, "", new byte[65_536])),
                Arguments.of(ProtocolVersion.MQTT_3_1_1, connect(ProtocolVersion.MQTT_3_1_1, "", new byte[1])),
                Arguments.of(
                        ProtocolVersion.MQTT_5,
                        new Publish(
                                0,
                                QoS.AT_MOST_ONCE,
                                false,
                                false,
                                topic,
                                new byte[0],
                                Properties.builder().userProperty("a", "\udc00").build())));
    }

    private static Connect connect(ProtocolVersion version, String clientId, byte[] password) {
        return new Connect(version, clientId, true, 0, null, null, password, Properties.NONE);
    }

    @ParameterizedTest
    @MethodSource("inexpressible")
    @DisplayName("what cannot be expressed is refused before anything is written")
    void encode_inexpressible_refused(ProtocolVersion version, Packet packet) {
        ByteBuf out = Unpooled.buffer();
        assertThatThrownBy(() -> PacketEncoder.encode(packet, version, out))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(out.writerIndex()).isZero();
        assertThatThrownBy(() -> PacketEncoder.encodedSize(packet, version))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("a PUBLISH of 268,435,455 bytes behind its fixed header is the largest")
    void publish_longestPayload_limited() {
        ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
        int payloadBytesMax = 268_435_455 - 3; // topic length 2, topic 1
        assertThat(PacketEncoder.publishSize(version, QoS.AT_MOST_ONCE, 1, payloadBytesMax, Properties.NONE))
                .isEqualTo(268_435_460);
        for (int payloadBytes : new int[] {payloadBytesMax + 1, Integer.MAX_VALUE}) {
            assertThatThrownBy(() ->
                            PacketEncoder.publishSize(version, QoS.AT_MOST_ONCE, 1, payloadBytes, Properties.NONE))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("the path without objects writes what the packet's way writes, from inside larger arrays")
    void publish_ranges_sameAsPacket(ProtocolVersion version) {
        byte[] topicSource = Wire.bytes("'xx' 'a/b' 'xx'");
        for (int payloadBytes : new int[] {0, 1, 119, 120, 121, 122, 123, 20_000}) {
            byte[] payloadSource = new byte[payloadBytes + 3];
            for (int i = 0; i < payloadSource.length; i++) {
                payloadSource[i] = (byte) i;
            }
            byte[] payload = Arrays.copyOfRange(payloadSource, 1, 1 + payloadBytes);
            for (QoS qos : QoS.values()) {
                boolean acknowledged = qos != QoS.AT_MOST_ONCE;
                ByteBuf out = Unpooled.buffer(1);
                PacketEncoder.publish(
                        out,
                        version,
                        7,
                        qos,
                        acknowledged,
                        true,
                        topicSource,
                        2,
                        3,
                        payloadSource,
                        1,
                        payloadBytes,
                        REASON);
                Publish publish = new Publish(
                        acknowledged ? 7 : 0, qos, acknowledged, true, TopicName.of("a/b"), payload, REASON);
                assertThat(PacketEncoder.publishSize(version, qos, 3, payloadBytes, REASON))
                        .isEqualTo(out.readableBytes())
                        .isEqualTo(PacketEncoder.encodedSize(publish, version));
                assertThat(Wire.hex(out)).isEqualTo(encoded(publish, version));
            }
        }
    }

    @Test
    void ack_types_fourBytes() {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.ack(out, PacketType.PUBACK, 1);
        PacketEncoder.ack(out, PacketType.PUBREC, 65_535);
        PacketEncoder.ack(out, PacketType.PUBREL, 256);
        PacketEncoder.ack(out, PacketType.PUBCOMP, 2);
        assertThat(Wire.hex(out)).isEqualTo("40 02 00 01 50 02 ff ff 62 02 01 00 70 02 00 02");
        assertThatThrownBy(() -> PacketEncoder.ack(out, PacketType.SUBACK, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
