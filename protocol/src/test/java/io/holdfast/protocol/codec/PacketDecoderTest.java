// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Property;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.topic.TopicName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PacketDecoderTest {
    private static Packet decoded(PacketDecoder decoder, String text) throws MalformedPacketException {
        return Objects.requireNonNull(decoder.decode(Wire.buffer(text)));
    }

    private static TopicName topicOf(PacketDecoder decoder, String text) throws MalformedPacketException {
        return ((Publish) decoded(decoder, text)).topic();
    }

    private static ReasonCode refusal(PacketDecoder decoder, ByteBuf in) {
        MalformedPacketException e = catchThrowableOfType(MalformedPacketException.class, () -> decoder.decode(in));
        assertThat(e).as("refused").isNotNull();
        return e.reasonCode();
    }

    @Test
    void decode_nothing_null() throws Exception {
        assertThat(PacketDecoder.server(CodecLimits.DEFAULTS).decode(Unpooled.EMPTY_BUFFER))
                .isNull();
    }

    @Test
    void version_connect_isRemembered() throws Exception {
        PacketDecoder decoder = PacketDecoder.server(CodecLimits.DEFAULTS);
        assertThat(decoder.version()).isNull();
        decoded(decoder, "10 0d 00 04 'MQTT' 05 02 00 00 00 00 00");
        assertThat(decoder.version()).isEqualTo(ProtocolVersion.MQTT_5);
    }

    @Test
    @DisplayName("the version is known for the answer even if the rest of the CONNECT is malformed")
    void version_malformedConnect_isKnown() {
        PacketDecoder decoder = PacketDecoder.server(CodecLimits.DEFAULTS);
        assertThat(refusal(decoder, Wire.buffer("10 0d 00 04 'MQTT' 05 03 00 00 00 00 00")))
                .isEqualTo(ReasonCode.MALFORMED_PACKET);
        assertThat(decoder.version()).isEqualTo(ProtocolVersion.MQTT_5);
    }

    @ParameterizedTest
    @CsvSource({"03,MQTT_3_1_1", "00,MQTT_3_1_1", "84,MQTT_5", "06,MQTT_5", "ff,MQTT_5"})
    @DisplayName("an unsupported level has an exception of its own that knows how to answer")
    void decode_unsupportedLevel_namesAnswerVersion(String level, ProtocolVersion answer) {
        PacketDecoder decoder = PacketDecoder.server(CodecLimits.DEFAULTS);
        assertThatThrownBy(() -> decoder.decode(Wire.buffer("10 0c 00 04 'MQTT' " + level + " 02 00 00 00 00")))
                .isInstanceOfSatisfying(UnsupportedProtocolVersionException.class, e -> {
                    assertThat(e.answerVersion()).isEqualTo(answer);
                    assertThat(e.reasonCode()).isEqualTo(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION);
                });
    }

    @Test
    @DisplayName("a wrong protocol name is no unsupported version: it is closed without an answer")
    void decode_wrongName_isPlainlyMalformed() {
        PacketDecoder decoder = PacketDecoder.server(CodecLimits.DEFAULTS);
        assertThatThrownBy(() -> decoder.decode(Wire.buffer("10 0c 00 04 'AMQP' 04 02 00 00 00 00")))
                .isExactlyInstanceOf(MalformedPacketException.class);
    }

    @Test
    @DisplayName("after a malformed packet there is no way to go on")
    void decode_afterMalformed_sameAgain() {
        PacketDecoder decoder = Decoders.opened(Role.SERVER, ProtocolVersion.MQTT_3_1_1);
        MalformedPacketException first =
                catchThrowableOfType(MalformedPacketException.class, () -> decoder.decode(Wire.buffer("40 02 00 00")));
        assertThatThrownBy(() -> decoder.decode(Wire.buffer("c0 00"))).isSameAs(first);
        assertThat(first.getStackTrace()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("nothing behind a DISCONNECT is looked at [MQTT-3.14.4-2]")
    void decode_afterDisconnect_dropsAll(ProtocolVersion version) throws Exception {
        PacketDecoder decoder = Decoders.opened(Role.SERVER, version);
        ByteBuf in = Wire.buffer("e0 00 c0 00 00 00 ff");
        assertThat(decoder.decode(in)).isEqualTo(Disconnect.NORMAL);
        assertThat(decoder.decode(in)).isNull();
        assertThat(in.isReadable()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("the same topic again is the same object")
    void decode_topicRepeated_isReused(ProtocolVersion version) throws Exception {
        PacketDecoder decoder = Decoders.opened(Role.SERVER, version);
        String end = version == ProtocolVersion.MQTT_5 ? "00 'xy'" : "'xyz'";
        TopicName first = topicOf(decoder, "30 11 00 0c 'sensors/1/te' " + end);
        assertThat(topicOf(decoder, "30 11 00 0c 'sensors/1/te' " + end)).isSameAs(first);
        assertThat(topicOf(decoder, "30 11 00 0c 'sensors/1/tf' " + end)).isNotEqualTo(first);
        assertThat(topicOf(decoder, "30 11 00 0c 'sensors/1/te' " + end)).isEqualTo(first);
        assertThat(topicOf(decoder, "30 10 00 0b 'sensors/1/t' " + end)).hasToString("sensors/1/t");
    }

    @Test
    @DisplayName("the same topic again is the same object in direct memory too, and any other byte another topic")
    void decode_topicRepeatedInDirectMemory_isReused() throws Exception {
        for (int length = 1; length <= 20; length++) {
            PacketDecoder decoder = Decoders.opened(Role.SERVER, ProtocolVersion.MQTT_3_1_1);
            ByteBuf in = Unpooled.directBuffer();
            try {
                for (int changed = -2; changed < length; changed++) {
                    in.writeByte(0x30).writeByte(2 + length).writeShort(length);
                    int start = in.writerIndex();
                    in.writeBytes("a".repeat(length).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                    if (changed >= 0) {
                        in.setByte(start + changed, 'b');
                    }
                }
                TopicName first = ((Publish) Objects.requireNonNull(decoder.decode(in))).topic();
                assertThat(((Publish) Objects.requireNonNull(decoder.decode(in))).topic())
                        .isSameAs(first);
                while (in.isReadable()) {
                    assertThat(((Publish) Objects.requireNonNull(decoder.decode(in))).topic())
                            .isNotEqualTo(first);
                }
            } finally {
                in.release();
            }
        }
    }

    @Test
    @DisplayName("a topic alias is set, used, set anew, and gone from the properties [MQTT5-3.3.2-12]")
    void decode_topicAlias_resolves() throws Exception {
        PacketDecoder decoder = Decoders.opened(Role.SERVER, ProtocolVersion.MQTT_5);
        assertThat(topicOf(decoder, "30 07 00 01 'a' 03 23 00 01")).hasToString("a");
        assertThat(topicOf(decoder, "30 07 00 01 'b' 03 23 00 0a")).hasToString("b");
        Publish publish = (Publish) decoded(decoder, "30 0f 00 00 0c 02 00 00 00 09 23 00 01 09 00 01 07");
        assertThat(publish.topic()).hasToString("a");
        assertThat(publish.properties())
                .isEqualTo(Properties.builder()
                        .messageExpiryIntervalSeconds(9)
                        .correlationData(new byte[] {7})
                        .build());
        assertThat(topicOf(decoder, "30 06 00 00 03 23 00 0a")).hasToString("b");
        assertThat(topicOf(decoder, "30 07 00 01 'c' 03 23 00 01")).hasToString("c");
        assertThat(topicOf(decoder, "30 06 00 00 03 23 00 01")).hasToString("c");
        assertThat(refusal(decoder, Wire.buffer("30 06 00 00 03 23 00 02"))).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    @DisplayName("T17 without an announced maximum no alias is accepted")
    void decode_aliasNotAnnounced_refused() {
        PacketDecoder decoder = Decoders.opened(Role.SERVER, ProtocolVersion.MQTT_5);
        decoder.setTopicAliasMax(0);
        assertThat(refusal(decoder, Wire.buffer("30 07 00 01 'a' 03 23 00 01")))
                .isEqualTo(ReasonCode.TOPIC_ALIAS_INVALID);
        assertThatThrownBy(() -> decoder.setTopicAliasMax(65_536)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 5})
    @DisplayName("T17 a DISCONNECT may change the session expiry, but not raise it from 0")
    void decode_expiryAtDisconnect_notRaisedFromZero(long connectExpirySeconds) throws Exception {
        PacketDecoder decoder = Decoders.opened(
                Role.SERVER,
                ProtocolVersion.MQTT_5,
                CodecLimits.DEFAULTS,
                Properties.builder()
                        .sessionExpiryIntervalSeconds(connectExpirySeconds)
                        .build());
        ByteBuf in = Wire.buffer("e0 07 00 05 11 00 00 00 09");
        if (connectExpirySeconds == 0) {
            assertThat(refusal(decoder, in)).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        } else {
            assertThat(Objects.requireNonNull(decoder.decode(in)).type()).isEqualTo(PacketType.DISCONNECT);
        }
    }

    @Test
    @DisplayName("AUTH without an authentication method in CONNECT is a protocol error [MQTT5-4.12.0-6]")
    void decode_authNotAgreed_refused() {
        PacketDecoder decoder =
                Decoders.opened(Role.SERVER, ProtocolVersion.MQTT_5, CodecLimits.DEFAULTS, Properties.NONE);
        assertThat(refusal(decoder, Wire.buffer("f0 06 18 04 15 00 01 'm'"))).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    @DisplayName("[MQTT5-3.1.2-30] until its authentication has ended a client sends nothing but AUTH and DISCONNECT")
    void decode_whileAuthenticating_onlyAuthAndDisconnect() throws Exception {
        String connect = "10 12 00 04 'MQTT' 05 02 00 00 04 15 00 01 'm' 00 01 'c'";
        String auth = "f0 06 18 04 15 00 01 'm'";
        for (String other : List.of(connect, "c0 00", "30", "82", "a2", "62", "40")) {
            PacketDecoder decoder = PacketDecoder.server(CodecLimits.DEFAULTS);
            assertThat(decoded(decoder, connect).type()).isEqualTo(PacketType.CONNECT);
            assertThat(decoded(decoder, auth).type()).isEqualTo(PacketType.AUTH);
            assertThat(refusal(decoder, Wire.buffer(other))).as(other).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        }
        PacketDecoder decoder = PacketDecoder.server(CodecLimits.DEFAULTS);
        assertThat(decoded(decoder, connect).type()).isEqualTo(PacketType.CONNECT);
        assertThat(decoded(decoder, "e0 00").type()).isEqualTo(PacketType.DISCONNECT);
        PacketDecoder authenticated = PacketDecoder.server(CodecLimits.DEFAULTS);
        assertThat(decoded(authenticated, connect).type()).isEqualTo(PacketType.CONNECT);
        authenticated.authenticated();
        assertThat(decoded(authenticated, "c0 00").type()).isEqualTo(PacketType.PINGREQ);
        assertThat(decoded(authenticated, auth).type()).isEqualTo(PacketType.AUTH);
        assertThat(refusal(authenticated, Wire.buffer(connect))).isEqualTo(ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    @DisplayName("T04 until its authentication has ended a client sends no packet above the limit for CONNECT")
    void decode_whileAuthenticating_smallPacketsOnly() throws Exception {
        CodecLimits limits = CodecLimits.DEFAULTS.withConnectBytesMax(64);
        for (String first : List.of("f0", "e0")) {
            PacketDecoder decoder = PacketDecoder.server(limits);
            decoded(decoder, "10 12 00 04 'MQTT' 05 02 00 00 04 15 00 01 'm' 00 01 'c'");
            assertThat(refusal(decoder, Wire.buffer(first + " 3f"))).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
        }
    }

    @Test
    @DisplayName("a server may send AUTH before its CONNACK")
    void decode_authBeforeConnAck_accepted() throws Exception {
        PacketDecoder decoder = PacketDecoder.client(CodecLimits.DEFAULTS, ProtocolVersion.MQTT_5);
        assertThat(decoded(decoder, "f0 06 18 04 15 00 01 'm'").type()).isEqualTo(PacketType.AUTH);
        assertThat(decoded(decoder, "20 03 00 00 00").type()).isEqualTo(PacketType.CONNACK);
    }

    @Test
    @DisplayName("S66 a client id and a topic of 65,535 bytes are accepted")
    void decode_longestStrings_accepted() throws Exception {
        CodecLimits limits = CodecLimits.DEFAULTS.withConnectBytesMax(70_000);
        String longest = "a".repeat(65_535);
        Connect connect = new Connect(ProtocolVersion.MQTT_3_1_1, longest, true, 0, null, null, null, Properties.NONE);
        ByteBuf in = Unpooled.buffer();
        PacketEncoder.encode(connect, ProtocolVersion.MQTT_3_1_1, in);
        PacketDecoder decoder = PacketDecoder.server(limits);
        assertThat(decoder.decode(in)).isEqualTo(connect);
        Publish publish = WireExamples.publish(0, QoS.AT_MOST_ONCE, false, false, longest, new byte[0]);
        PacketEncoder.encode(publish, ProtocolVersion.MQTT_3_1_1, in);
        assertThat(decoder.decode(in)).isEqualTo(publish);
    }

    @Test
    @DisplayName("T04 T05 packets of exactly the limit pass, one byte more does not")
    void decode_sizeLimits_inclusive() throws Exception {
        CodecLimits limits = CodecLimits.DEFAULTS.withConnectBytesMax(64).withPacketBytesMax(100);
        for (int over = 0; over <= 1; over++) {
            ByteBuf connect = Unpooled.buffer();
            int clientIdBytes = 64 - 14 + over; // 2 fixed header, 10 variable header, 2 length
            PacketEncoder.encode(
                    new Connect(
                            ProtocolVersion.MQTT_3_1_1,
                            "c".repeat(clientIdBytes),
                            true,
                            0,
                            null,
                            null,
                            null,
                            Properties.NONE),
                    ProtocolVersion.MQTT_3_1_1,
                    connect);
            assertPassesUnless(over, PacketDecoder.server(limits), connect);
            ByteBuf publish = Unpooled.buffer();
            PacketEncoder.encode(
                    WireExamples.publish(0, QoS.AT_MOST_ONCE, false, false, "a", new byte[100 - 5 + over]),
                    ProtocolVersion.MQTT_3_1_1,
                    publish);
            assertPassesUnless(over, Decoders.opened(Role.SERVER, ProtocolVersion.MQTT_3_1_1, limits), publish);
        }
    }

    private static void assertPassesUnless(int over, PacketDecoder decoder, ByteBuf in) throws Exception {
        if (over == 0) {
            assertThat(decoder.decode(in)).isNotNull();
        } else {
            assertThat(refusal(decoder, in)).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
        }
    }

    @Test
    @DisplayName("K05 T11 T18 levels, filters and user properties of exactly the limit pass")
    void decode_countLimits_inclusive() throws Exception {
        PacketDecoder decoder = Decoders.opened(Role.SERVER, ProtocolVersion.MQTT_5);
        assertThat(topicOf(decoder, "30 82 01 00 7f " + "2f".repeat(127) + "00").levelCount())
                .isEqualTo(128);
        Subscribe subscribe = (Subscribe) decoded(decoder, "82 83 28 00 01 00 " + "00 02 61 61 00".repeat(1_024));
        assertThat(subscribe.requests()).hasSize(1_024);
        Publish publish =
                (Publish) decoded(decoder, "30 86 28 00 01 'a' 80 28 " + "26 00 00 00 00".repeat(1_024) + "'p'");
        assertThat(publish.properties().userProperties()).hasSize(1_024);
        Connect connect = (Connect) decoded(
                PacketDecoder.server(CodecLimits.DEFAULTS),
                "10 ce 02 00 04 'MQTT' 05 02 00 00 c0 02 " + "26 00 00 00 00".repeat(64) + "00 00");
        assertThat(connect.properties().userProperties()).hasSize(64);
    }

    @Test
    @DisplayName("T11 in MQTT 5 a filter beyond the level limit is refused alone, the others go on")
    void decode_tooDeepFilter_isNull() throws Exception {
        PacketDecoder decoder = Decoders.opened(Role.SERVER, ProtocolVersion.MQTT_5);
        Subscribe subscribe =
                (Subscribe) decoded(decoder, "82 8a 01 00 01 00 00 80 " + "2f".repeat(128) + "00 00 01 'a' 01");
        assertThat(subscribe.requests().get(0).filter()).isNull();
        assertThat(subscribe.requests().get(1).filter()).hasToString("a");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 127, 128, 16_383, 16_384, 2_097_147, 2_097_151, 2_097_152, 3_000_000})
    @DisplayName("T07 remaining lengths at all borders are accepted, as short as they can be")
    void decode_remainingLength_borders(int remaining) throws Exception {
        CodecLimits limits = CodecLimits.DEFAULTS.withPacketBytesMax(4_000_000);
        Publish publish = WireExamples.publish(0, QoS.AT_MOST_ONCE, false, false, "a", new byte[remaining - 3]);
        ByteBuf in = Unpooled.buffer(remaining + 5);
        PacketEncoder.encode(publish, ProtocolVersion.MQTT_3_1_1, in);
        int lengthBytes = remaining < 128 ? 1 : remaining < 16_384 ? 2 : remaining < 2_097_152 ? 3 : 4;
        assertThat(in.readableBytes()).isEqualTo(1 + lengthBytes + remaining);
        in.writeShort(0xC000); // PINGREQ
        PacketDecoder decoder = Decoders.opened(Role.SERVER, ProtocolVersion.MQTT_3_1_1, limits);
        assertThat(decoder.decode(in)).isEqualTo(publish);
        assertThat(decoder.decode(in)).isEqualTo(PingReq.INSTANCE);
    }

    @Test
    @DisplayName("the buffer stays the caller's: no reference is taken")
    void decode_anything_takesNoReference() throws Exception {
        ByteBuf in = Unpooled.directBuffer().writeBytes(Wire.bytes("30 06 00 01 'a' 'pay'"));
        PacketDecoder decoder = Decoders.opened(Role.SERVER, ProtocolVersion.MQTT_3_1_1);
        Publish publish = (Publish) Objects.requireNonNull(decoder.decode(in));
        assertThat(in.refCnt()).isEqualTo(1);
        in.setZero(0, in.capacity()).release();
        assertThat(publish.payload()).isEqualTo(Wire.bytes("'pay'"));
        assertThat(publish.topic()).hasToString("a");
        assertThat(publish.properties().contains(Property.TOPIC_ALIAS)).isFalse();
    }
}
