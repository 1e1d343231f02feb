// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.mqtt5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator has turned off: clients are told, and those who use it all the same hear of it. */
class OfferIT {
    @TempDir
    Path folder;

    private static Will will(QoS qos, boolean retain) {
        return new Will(TopicName.of("gone"), new byte[] {'w'}, qos, retain, Properties.NONE);
    }

    private static Publish retained(String topic, QoS qos) {
        return new Publish(
                qos == QoS.AT_MOST_ONCE ? 0 : 7,
                qos,
                false,
                true,
                TopicName.of(topic),
                new byte[] {'r'},
                Properties.NONE);
    }

    @Test
    @DisplayName(
            "[MQTT5-3.2.2-9] [MQTT5-3.2.2-10] [MQTT5-3.2.2-12] below QoS 2: CONNACK says so, a message above ends the"
                    + " connection, a will above is refused, subscriptions may ask for any")
    void maxQos_lowered_toldAndKept() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder, "mqtt.max-qos=1");
                WireClient client = broker.open5()) {
            ConnAck welcome = client.connect(WireClient.connect5("c", true, Properties.NONE));
            assertThat(welcome.properties().maximumQos()).isEqualTo(QoS.AT_LEAST_ONCE);
            assertThat(client.subscribe("a", QoS.EXACTLY_ONCE).reasonCodes()).noneMatch(ReasonCode::isFailure);
            client.send(WireClient.publish("a", "x", QoS.AT_LEAST_ONCE, 1));
            assertThat(client.expect(Publish.class).qos()).isEqualTo(QoS.AT_LEAST_ONCE);
            client.expect(PubAck.class);
            client.send(WireClient.publish("a", "x", QoS.EXACTLY_ONCE, 2));
            assertThat(client.expect(Disconnect.class).reasonCode()).isEqualTo(ReasonCode.QOS_NOT_SUPPORTED);
            assertThat(client.isClosedNext()).isTrue();
            try (WireClient refused = broker.open5()) {
                ConnAck no =
                        refused.connect(WireClient.connect5("w", true, Properties.NONE, will(QoS.EXACTLY_ONCE, false)));
                assertThat(no.reasonCode()).isEqualTo(ReasonCode.QOS_NOT_SUPPORTED);
                assertThat(refused.isClosedNext()).isTrue();
            }
            try (WireClient older = broker.connect("old", true)) {
                older.send(WireClient.publish("a", "x", QoS.EXACTLY_ONCE, 2));
                assertThat(older.isClosedNext()).isTrue();
            }
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-3.2.2-13] [MQTT5-3.2.2-14] without retained messages: CONNACK says so, RETAIN ends the connection,"
                    + " a will with it is refused")
    void retain_turnedOff_toldAndKept() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder, "mqtt.retain-available=false");
                WireClient client = broker.open5()) {
            ConnAck welcome = client.connect(WireClient.connect5("c", true, Properties.NONE));
            assertThat(welcome.properties().retainAvailable()).isFalse();
            assertThat(welcome.properties().maximumQos()).isEqualTo(QoS.EXACTLY_ONCE);
            client.send(retained("a", QoS.AT_LEAST_ONCE));
            assertThat(client.expect(Disconnect.class).reasonCode()).isEqualTo(ReasonCode.RETAIN_NOT_SUPPORTED);
            try (WireClient refused = broker.open5()) {
                ConnAck no =
                        refused.connect(WireClient.connect5("w", true, Properties.NONE, will(QoS.AT_MOST_ONCE, true)));
                assertThat(no.reasonCode()).isEqualTo(ReasonCode.RETAIN_NOT_SUPPORTED);
            }
        }
    }

    @Test
    @DisplayName("without retained messages those of older clients, wills too, are delivered and not retained")
    void retain_turnedOffOlderClient_deliveredOnly() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder, "mqtt.retain-available=false");
                WireClient subscriber = broker.connect("s", true);
                WireClient older = broker.open()) {
            subscriber.subscribe("#", QoS.AT_LEAST_ONCE);
            older.connect(WireClient.connectPacket("old", true, will(QoS.AT_LEAST_ONCE, true)));
            older.send(retained("a", QoS.AT_LEAST_ONCE));
            older.expect(PubAck.class);
            assertThat(WireClient.text(subscriber.expect(Publish.class))).isEqualTo("r");
            older.reset();
            assertThat(WireClient.text(subscriber.expect(Publish.class))).isEqualTo("w");
            try (WireClient late = broker.connect("late", true)) {
                late.subscribe("#", QoS.AT_LEAST_ONCE);
                late.send(WireClient.publish("last", "first that comes", QoS.AT_MOST_ONCE, 0));
                assertThat(WireClient.text(late.expect(Publish.class))).isEqualTo("first that comes");
            }
        }
    }

    @Test
    @DisplayName("a kept session of a 3.1.1 client ends when the operator says")
    void expiry311_set_sessionEnds() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder, "session.expiry-mqtt311-seconds=1")) {
            Connect connect = WireClient.connectPacket("kept", false, null);
            assertThat(connect.version()).isEqualTo(ProtocolVersion.MQTT_3_1_1);
            // At once it is there; again when it was not at once, on a machine that does much else.
            await().pollInterval(Duration.ofMillis(10)).until(() -> {
                try (WireClient back = broker.open()) {
                    return back.connect(connect).sessionPresent();
                }
            });
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(1_500))
                    .untilAsserted(() -> {
                        try (WireClient later = broker.open()) {
                            assertThat(later.connect(WireClient.connectPacket("kept", false, null))
                                            .sessionPresent())
                                    .isFalse();
                        }
                    });
        }
    }
}
