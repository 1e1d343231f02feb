// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.mqtt5;

import static io.holdfast.server.testkit.WireClient.connect5;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Property;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CONNECT and CONNACK: what is asked for, what is granted, and which session goes on. */
class ConnectIT {
    private static final Properties HOUR =
            Properties.builder().sessionExpiryIntervalSeconds(3_600).build();

    @TempDir
    private Path folder;

    private RunningBroker broker;

    @BeforeEach
    void start() throws IOException, ConfigurationException {
        broker = RunningBroker.start(
                folder,
                "mqtt.keep-alive-seconds-max=60",
                "session.expiry-seconds-max=7200",
                "mqtt.response-information=answers/%c");
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private ConnAck connect(WireClient client, Connect connect) throws IOException {
        return client.connect(connect);
    }

    private void end(WireClient client) throws IOException {
        client.send(Disconnect.NORMAL);
        assertThat(client.isClosedNext()).isTrue();
    }

    @Test
    @DisplayName(
            "[MQTT5-3.1.4-5] [MQTT5-3.2.2-1] [MQTT5-3.2.2-9] [MQTT5-3.2.2-14] CONNACK says what the broker takes and leaves"
                    + " out what is the default")
    void connect_plain_connAckAnnounces() throws IOException {
        try (WireClient client = broker.open5()) {
            ConnAck connAck = connect(client, connect5("plain", true, Properties.NONE));
            Properties told = connAck.properties();
            assertThat(connAck.reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(connAck.sessionPresent()).isFalse();
            assertThat(told.maximumPacketSizeBytes()).isEqualTo(2 << 20);
            assertThat(told.receiveMaximum()).isEqualTo(16_384);
            assertThat(told.topicAliasMaximum()).isEqualTo(16);
            assertThat(told.contains(Property.SESSION_EXPIRY_INTERVAL)).isFalse();
            assertThat(told.contains(Property.MAXIMUM_QOS)).isFalse();
            assertThat(told.contains(Property.RESPONSE_INFORMATION)).isFalse();
            assertThat(told.retainAvailable()).isTrue();
            assertThat(told.wildcardSubscriptionAvailable()).isTrue();
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-3.1.3-6] [MQTT5-3.1.3-7] [MQTT5-3.2.2-16] a nameless client gets a name, and its session by it")
    void connect_emptyId_assignedAndUsable() throws IOException {
        String name;
        try (WireClient client = broker.open5()) {
            ConnAck connAck = connect(client, connect5("", false, HOUR));
            name = connAck.properties().assignedClientIdentifier();
            assertThat(name).isNotEmpty();
            end(client);
        }
        try (WireClient again = broker.open5();
                WireClient other = broker.open5()) {
            ConnAck connAck = connect(again, connect5(String.valueOf(name), false, HOUR));
            assertThat(connAck.sessionPresent()).isTrue();
            assertThat(connAck.properties().contains(Property.ASSIGNED_CLIENT_IDENTIFIER))
                    .isFalse();
            assertThat(connect(other, connect5("", true, HOUR)).properties().assignedClientIdentifier())
                    .isNotEqualTo(name);
        }
    }

    @Test
    @DisplayName("[MQTT5-3.2.2-22] a keep alive below ours counts, one above it and none are answered with ours")
    void connect_keepAlive_serverKeepAliveWhenOursIsSmaller() throws IOException {
        for (int wanted : new int[] {0, 30, 60, 61, 65_535}) {
            try (WireClient client = broker.open5()) {
                ConnAck connAck = connect(
                        client,
                        new Connect(ProtocolVersion.MQTT_5, "alive", true, wanted, null, null, null, Properties.NONE));
                boolean told = connAck.properties().contains(Property.SERVER_KEEP_ALIVE);
                assertThat(told).as("keep alive %d", wanted).isEqualTo(wanted == 0 || wanted > 60);
                assertThat(!told || connAck.properties().serverKeepAliveSeconds() == 60)
                        .isTrue();
            }
        }
    }

    @Test
    @DisplayName("[MQTT5-3.1.2-23] a session expiry above ours is cut, and CONNACK says to what")
    void connect_longExpiry_told() throws IOException {
        try (WireClient client = broker.open5()) {
            Properties week =
                    Properties.builder().sessionExpiryIntervalSeconds(604_800).build();
            ConnAck connAck = connect(client, connect5("long", true, week));
            assertThat(connAck.properties().sessionExpiryIntervalSeconds()).isEqualTo(7_200);
        }
    }

    @Test
    @DisplayName("[MQTT5-3.1.2-28] Response Information is told on request only")
    void connect_responseInformation_onRequest() throws IOException {
        try (WireClient client = broker.open5()) {
            Properties asked =
                    Properties.builder().requestResponseInformation(true).build();
            assertThat(connect(client, connect5("me", true, asked)).properties().responseInformation())
                    .isEqualTo("answers/me");
        }
    }

    @Test
    @DisplayName("[MQTT5-3.1.2-4] [MQTT5-3.2.2-2] Clean Start 1 begins anew, whatever the old session held")
    void connect_cleanStart_oldSessionGone() throws IOException {
        try (WireClient client = broker.open5()) {
            connect(client, connect5("c", true, HOUR));
            client.subscribe("a/#", QoS.AT_LEAST_ONCE);
            end(client);
        }
        try (WireClient client = broker.open5()) {
            assertThat(connect(client, connect5("c", true, HOUR)).sessionPresent())
                    .isFalse();
            client.send(WireClient.publish("a/b", "x", QoS.AT_LEAST_ONCE, 1));
            assertThat(client.next()).as("only the PUBACK: nobody subscribes").isNotNull();
            end(client);
        }
    }

    @Test
    @DisplayName("[MQTT5-3.1.2-5] [MQTT5-3.1.2-6] [MQTT5-3.2.2-3] Clean Start 0 goes on with a session if there is one")
    void connect_noCleanStart_resumesIfThereIsOne() throws IOException {
        try (WireClient client = broker.open5()) {
            assertThat(connect(client, connect5("r", false, HOUR)).sessionPresent())
                    .isFalse();
            end(client);
        }
        try (WireClient client = broker.open5()) {
            assertThat(connect(client, connect5("r", false, Properties.NONE)).sessionPresent())
                    .isTrue();
            end(client); // Resumed with expiry 0: it ends here, although it had rows (C24).
        }
        try (WireClient client = broker.open5()) {
            assertThat(connect(client, connect5("r", false, HOUR)).sessionPresent())
                    .isFalse();
        }
    }

    @Test
    @DisplayName("[MQTT5-4.1.0-2] without an expiry the session ends with the connection, by a take-over too")
    void connect_expiryZero_endsWithConnection() throws IOException {
        try (WireClient first = broker.open5();
                WireClient second = broker.open5()) {
            connect(first, connect5("z", false, Properties.NONE));
            assertThat(connect(second, connect5("z", false, HOUR)).sessionPresent())
                    .isFalse();
            assertThat(first.expect(Disconnect.class).reasonCode()).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
            assertThat(first.isClosedNext()).isTrue();
        }
    }

    @Test
    @DisplayName("[MQTT5-3.1.4-1] a malformed CONNECT is answered with CONNACK and its code, then closed")
    void connect_malformed_connAckAndClosed() throws IOException {
        try (WireClient client = broker.open5()) {
            byte[] connect = WireClient.bytes(
                    ProtocolVersion.MQTT_5,
                    connect5("m", true, Properties.builder().receiveMaximum(1).build()));
            connect[connect.length - 4] = 0; // Receive Maximum 0
            assertThat(connect[connect.length - 5]).isZero();
            client.send(connect);
            ConnAck connAck = client.expect(ConnAck.class);
            assertThat(connAck.reasonCode()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
            assertThat(connAck.sessionPresent()).isFalse();
            assertThat(client.isClosedNext()).isTrue();
        }
    }

    @Test
    @DisplayName("[MQTT5-3.2.2-19] a Reason String that makes CONNACK too large for the client is left out")
    void connect_refusedSmallClient_withoutReasonString() throws IOException {
        Will forbidden =
                new Will(TopicName.of("$SYS/fake"), new byte[] {'w'}, QoS.AT_LEAST_ONCE, false, Properties.NONE);
        for (int bytesMax : new int[] {200, 20}) {
            try (WireClient client = broker.open5()) {
                Properties small =
                        Properties.builder().maximumPacketSizeBytes(bytesMax).build();
                ConnAck connAck = connect(client, connect5("small", true, small, forbidden));
                assertThat(connAck.reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
                assertThat(connAck.properties().reasonString() != null).isEqualTo(bytesMax == 200);
                assertThat(client.packetBytes()).isLessThanOrEqualTo(bytesMax);
            }
        }
    }

    @Test
    @DisplayName("[MQTT5-4.1.0-1] a session lives as long as its connection, however short its expiry is")
    void connect_resumedInTime_expiryStopped() throws IOException {
        Properties second = Properties.builder().sessionExpiryIntervalSeconds(1).build();
        WireClient resumed = null;
        while (resumed == null) { // Again when it was not in time, on a machine that does much else.
            try (WireClient client = broker.open5()) {
                connect(client, connect5("short", false, second));
                client.subscribe("short/#", QoS.AT_LEAST_ONCE);
                long left = System.nanoTime();
                end(client);
                WireClient back = broker.open5();
                if (connect(back, connect5("short", false, second)).sessionPresent()) {
                    resumed = back;
                } else {
                    assertThat(System.nanoTime() - left).isGreaterThan(TimeUnit.SECONDS.toNanos(1));
                    end(back);
                }
            }
        }
        try (WireClient again = resumed;
                WireClient publisher = broker.connect("publisher", true)) {
            long since = System.nanoTime();
            Awaitility.await().until(() -> System.nanoTime() - since > TimeUnit.MILLISECONDS.toNanos(2_500));
            publisher.send(WireClient.publish("short/t", "x", QoS.AT_LEAST_ONCE, 1));
            assertThat(WireClient.text(again.expect(Publish.class))).isEqualTo("x");
        }
    }
}
