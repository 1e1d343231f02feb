// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.holdfast.protocol.codec.PacketEncoder;
import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PropertiesBuilder;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.UnsubAck;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FittingTest {
    private static final ReasonCode NO = ReasonCode.NOT_AUTHORIZED;
    private static final ReasonCode UNKNOWN = ReasonCode.PACKET_IDENTIFIER_NOT_FOUND;

    /** Every answer that can have a Reason String or User Properties, by its properties. */
    static Stream<Arguments> answers() {
        return Stream.of(
                row("[MQTT5-3.2.2-19] [MQTT5-3.2.2-20] CONNACK", with -> new ConnAck(false, NO, with)),
                row("[MQTT5-3.4.2-2] [MQTT5-3.4.2-3] PUBACK", with -> new PubAck(1, NO, with)),
                row("[MQTT5-3.5.2-2] [MQTT5-3.5.2-3] PUBREC", with -> new PubRec(1, NO, with)),
                row("[MQTT5-3.6.2-2] [MQTT5-3.6.2-3] PUBREL", with -> new PubRel(1, UNKNOWN, with)),
                row("[MQTT5-3.7.2-2] [MQTT5-3.7.2-3] PUBCOMP", with -> new PubComp(1, UNKNOWN, with)),
                row("[MQTT5-3.9.2-1] [MQTT5-3.9.2-2] SUBACK", with -> new SubAck(1, List.of(NO), with)),
                row("[MQTT5-3.11.2-1] [MQTT5-3.11.2-2] UNSUBACK", with -> new UnsubAck(1, List.of(NO), with)),
                row("[MQTT5-3.14.2-3] [MQTT5-3.14.2-4] DISCONNECT", with -> new Disconnect(NO, with)),
                row("[MQTT5-3.15.2-2] [MQTT5-3.15.2-3] AUTH", with -> new Auth(ReasonCode.SUCCESS, with)));
    }

    private static Arguments row(String name, Function<Properties, Packet> answer) {
        return arguments(name, answer);
    }

    private static int size(Packet packet) {
        return PacketEncoder.encodedSize(packet, ProtocolVersion.MQTT_5);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    @DisplayName("Reason String and User Properties are left out where they make the answer too large")
    void fit_tooLarge_withoutProblemInformation(String name, Function<Properties, Packet> answer) {
        List<PropertiesBuilder> helpful = List.of(
                Properties.builder().reasonString("for a person"),
                Properties.builder().userProperty("for", "a person"),
                Properties.builder().reasonString("for a person").userProperty("for", "another"));
        for (PropertiesBuilder properties : helpful) {
            Packet whole = answer.apply(properties.build());
            Packet bare = answer.apply(Properties.NONE);
            assertThat(Fitting.fit(whole, true, Integer.MAX_VALUE)).isSameAs(whole);
            assertThat(Fitting.fit(whole, true, size(whole))).isSameAs(whole);
            assertThat(Fitting.fit(whole, true, size(whole) - 1)).isEqualTo(bare);
            assertThat(Fitting.fit(whole, true, size(bare))).isEqualTo(bare);
            assertThat(Fitting.fit(whole, true, size(bare) - 1))
                    .as("[MQTT5-3.1.2-24]")
                    .isNull();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    @DisplayName("[MQTT5-3.1.2-29] they come in CONNACK and DISCONNECT only to a client that does not want them")
    void fit_notWanted_inTwoPacketsOnly(String name, Function<Properties, Packet> answer) {
        Packet whole = answer.apply(Properties.builder()
                .reasonString("for a person")
                .userProperty("for", "another")
                .build());
        boolean always = whole instanceof ConnAck || whole instanceof Disconnect;
        assertThat(Fitting.fit(whole, false, Integer.MAX_VALUE))
                .isEqualTo(always ? whole : answer.apply(Properties.NONE));
    }
}
