// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.codec.MalformedExample;
import io.holdfast.protocol.codec.MalformedExamples;
import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.ConnectionClosedException;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every packet that the codec must refuse, in all versions, sent to the real broker; the canary is asked after each. */
final class RefusedOnTheWireIT {
    private static final int AUTH = 0xF0;

    @Order(1)
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("mqtt.topic-alias-max=10"); // as the examples have it

    @Order(2)
    @RegisterExtension
    static final Canary CANARY = new Canary(BROKER);

    static Stream<MalformedExample> first() {
        return examples(false);
    }

    static Stream<MalformedExample> later() {
        return examples(true);
    }

    private static Stream<MalformedExample> examples(boolean opened) {
        return MalformedExamples.all()
                .filter(example -> example.receiver() == Role.SERVER && example.opened() == opened)
                // the broker refuses the authentication method that these need before they could be sent
                .filter(example -> (example.bytes()[0] & 0xFF) != AUTH);
    }

    private static List<WirePacket> answers(WireClient client) throws IOException {
        List<WirePacket> answers = new ArrayList<>();
        try {
            while (true) {
                answers.add(client.read());
            }
        } catch (ConnectionClosedException e) {
            return answers;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("first")
    @DisplayName(
            "K10 [MQTT-3.1.4-1] [MQTT5-3.1.4-1] [MQTT5-3.2.2-6] [MQTT5-3.2.2-7] [MQTT5-3.14.0-1] T03 T04 T07 T08 T09 T10 "
                    + "T11 T12 T17 T18 a refused first packet is answered with at most a CONNACK that says why, then closed")
    void firstPacket_refused_closed(MalformedExample example) throws Exception {
        try (WireClient client = BROKER.open()) {
            client.send(example.bytes());
            for (WirePacket answer : answers(client)) {
                assertThat(answer.type()).isEqualTo(WirePacket.CONNACK);
                assertThat(answer.sessionPresent()).isFalse();
                assertThat(answer.returnCode())
                        .isIn(
                                example.reasonCode().value(),
                                ReasonCode.UNSUPPORTED_PROTOCOL_VERSION.connAckReturnCode());
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("later")
    @DisplayName(
            "K10 [MQTT-4.8.0-1] [MQTT5-4.13.1-1] [MQTT5-4.13.2-1] [MQTT5-3.14.4-1] [MQTT5-3.14.4-2] T05 T07 T08 T09 T10 "
                    + "T11 T13 T14 T17 T18 T29 a refused later packet closes the connection, in MQTT 5 with DISCONNECT and its code")
    void laterPacket_refused_closed(MalformedExample example) throws Exception {
        boolean mqtt5 = example.version() == ProtocolVersion.MQTT_5;
        boolean mqtt31 = example.version() == ProtocolVersion.MQTT_3_1;
        WireConnect connect =
                WireConnect.plain(mqtt5 ? Dialect.MQTT_5 : Dialect.MQTT_3_1_1, BROKER.uniqueName("refused"), true);
        try (WireClient client = BROKER.connected(mqtt31 ? connect.withProtocol("MQIsdp", 3) : connect)) {
            client.send(example.bytes());
            List<WirePacket> answers = answers(client);
            if (mqtt5) {
                assertThat(answers).hasSize(1);
                assertThat(answers.get(0).type()).isEqualTo(WirePacket.DISCONNECT);
                assertThat(answers.get(0).reasonCode())
                        .isEqualTo(example.reasonCode().value());
            } else {
                assertThat(answers).isEmpty();
            }
        }
    }
}
