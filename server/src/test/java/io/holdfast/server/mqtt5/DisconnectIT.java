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
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubRec;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client is told when the broker ends its connection. */
class DisconnectIT {
    @TempDir
    private Path folder;

    private RunningBroker broker;

    @BeforeEach
    void start() throws IOException, ConfigurationException {
        broker = RunningBroker.start(folder);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private WireClient connected(String id) throws IOException {
        WireClient client = broker.open5();
        client.connect(connect5(id, true, Properties.NONE));
        return client;
    }

    private static Disconnect assertEnds(WireClient client, ReasonCode reason) throws IOException {
        Disconnect disconnect = client.expect(Disconnect.class);
        assertThat(disconnect.reasonCode()).isEqualTo(reason);
        assertThat(disconnect.properties().reasonString()).isNotEmpty();
        assertThat(disconnect.properties().contains(Property.SESSION_EXPIRY_INTERVAL))
                .as("[MQTT5-3.14.2-2]")
                .isFalse();
        assertThat(client.isClosedNext()).as("[MQTT5-3.14.4-2]").isTrue();
        return disconnect;
    }

    @Test
    @DisplayName("T13 [MQTT5-3.1.0-2] [MQTT5-3.2.0-2] a second CONNECT is a protocol error, and no CONNACK answers it")
    void connect_twice_protocolError() throws IOException {
        try (WireClient client = connected("twice")) {
            client.send(connect5("twice", true, Properties.NONE));
            assertEnds(client, ReasonCode.PROTOCOL_ERROR);
        }
    }

    @Test
    @DisplayName("[MQTT5-3.14.1-1] [MQTT5-4.13.1-1] reserved bits of DISCONNECT are malformed")
    void disconnect_reservedBits_malformed() throws IOException {
        try (WireClient client = connected("bits")) {
            client.send((byte) 0xE1, (byte) 0);
            assertEnds(client, ReasonCode.MALFORMED_PACKET);
        }
    }

    @Test
    @DisplayName(
            "K03 T05 [MQTT5-3.2.2-15] a packet above the Maximum Packet Size is refused from its fixed header: 0x95")
    void packet_tooLarge_fromFixedHeader() throws IOException {
        try (WireClient client = connected("large")) {
            client.send((byte) 0x30, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0x7F);
            assertEnds(client, ReasonCode.PACKET_TOO_LARGE);
        }
    }

    @Test
    @DisplayName("T17 [MQTT5-3.2.2-17] [MQTT5-3.3.2-8] a topic alias above the maximum, or 0, is invalid: 0x94")
    void publish_aliasOutOfRange_invalid() throws IOException {
        for (int alias : new int[] {17, 65_535}) {
            try (WireClient client = connected("alias")) {
                client.send(aliased("a", alias));
                assertEnds(client, ReasonCode.TOPIC_ALIAS_INVALID);
            }
        }
        try (WireClient client = connected("alias")) {
            byte[] publish = WireClient.bytes(ProtocolVersion.MQTT_5, aliased("a", 1));
            publish[publish.length - 2] = 0; // the alias stands before a payload of one byte
            client.send(publish);
            assertEnds(client, ReasonCode.TOPIC_ALIAS_INVALID);
        }
    }

    @Test
    @DisplayName("[MQTT5-3.3.2-12] [MQTT5-3.3.2-7] all announced aliases are taken, and forgotten with the connection")
    void publish_alias_holdsForTheConnection() throws IOException {
        try (WireClient client = connected("alias");
                WireClient reader = connected("reader")) {
            reader.subscribe("t/#", QoS.AT_MOST_ONCE);
            for (int alias = 1; alias <= 16; alias++) {
                client.send(aliased("t/" + alias, alias));
                assertThat(reader.expect(Publish.class).topic()).isEqualTo(TopicName.of("t/" + alias));
            }
            client.send(Disconnect.NORMAL);
            assertThat(client.isClosedNext()).isTrue();
        }
        try (WireClient client = connected("alias")) {
            client.send(new byte[] {0x30, 7, 0, 0, 3, 0x23, 0, 1, 'x'});
            assertEnds(client, ReasonCode.PROTOCOL_ERROR);
        }
    }

    private static Publish aliased(String topic, int alias) {
        Properties properties = Properties.builder().topicAlias(alias).build();
        return new Publish(0, QoS.AT_MOST_ONCE, false, false, TopicName.of(topic), new byte[] {'x'}, properties);
    }

    @Test
    @DisplayName("[MQTT5-3.1.2-22] a client that is silent for one and a half times its keep alive is told so: 0x8D")
    void keepAlive_silent_told() throws IOException {
        try (WireClient client = broker.open5()) {
            client.connect(new Connect(ProtocolVersion.MQTT_5, "silent", true, 1, null, null, null, Properties.NONE));
            Disconnect disconnect = assertEnds(client, ReasonCode.KEEP_ALIVE_TIMEOUT);
            assertThat(disconnect.properties().reasonString()).contains("keep alive");
        }
    }

    @Test
    @DisplayName("T25 [MQTT5-3.1.4-3] a take-over tells the old connection 0x8E")
    void connect_again_oldOneTold() throws IOException {
        try (WireClient old = connected("mine");
                WireClient young = connected("mine")) {
            assertEnds(old, ReasonCode.SESSION_TAKEN_OVER);
            young.send(Disconnect.NORMAL);
            assertThat(young.isClosedNext()).isTrue();
        }
    }

    @Test
    @DisplayName("[MQTT5-4.13.2-1] [MQTT5-3.14.2-1] a broker that stops tells its clients 0x8B")
    void stop_connected_told() throws IOException, ConfigurationException {
        RunningBroker stopping = RunningBroker.start(folder.resolve("stopping"));
        try (WireClient client = stopping.open5()) {
            client.connect(connect5("there", true, Properties.NONE));
            stopping.close();
            assertEnds(client, ReasonCode.SERVER_SHUTTING_DOWN);
        }
    }

    @Test
    @DisplayName("T15 [MQTT5-3.3.4-7] more unfinished QoS 2 messages than the Receive Maximum of CONNACK: 0x93")
    void publish_aboveReceiveMaximum_told() throws IOException, ConfigurationException {
        broker.close();
        broker = RunningBroker.start(folder, "session.inbound-max=2");
        try (WireClient client = broker.open5()) {
            ConnAck connAck = client.connect(connect5("many", true, Properties.NONE));
            assertThat(connAck.properties().receiveMaximum()).isEqualTo(2);
            for (int packetId : new int[] {1, 2, 2}) { // The same one again is no other message.
                client.send(WireClient.publish("t", "x", QoS.EXACTLY_ONCE, packetId));
                assertThat(client.expect(PubRec.class).packetId()).isEqualTo(packetId);
            }
            client.send(WireClient.publish("t", "x", QoS.EXACTLY_ONCE, 3));
            assertEnds(client, ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
        }
    }

    @Test
    @DisplayName("[MQTT5-3.4.2-2] [MQTT5-3.5.2-2] a Reason String that makes PUBACK or PUBREC too large is left out")
    void publish_smallClient_withoutReasonString() throws IOException {
        for (int bytesMax : new int[] {200, 20}) {
            try (WireClient client = broker.open5()) {
                client.connect(connect5(
                        "small",
                        true,
                        Properties.builder().maximumPacketSizeBytes(bytesMax).build()));
                client.send(WireClient.publish("$x", "x", QoS.AT_LEAST_ONCE, 1));
                PubAck pubAck = client.expect(PubAck.class);
                assertThat(pubAck.reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
                assertThat(pubAck.properties().reasonString() != null).isEqualTo(bytesMax == 200);
                client.send(WireClient.publish("$x", "x", QoS.EXACTLY_ONCE, 2));
                PubRec pubRec = client.expect(PubRec.class);
                assertThat(pubRec.reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
                assertThat(pubRec.properties().reasonString() != null).isEqualTo(bytesMax == 200);
            }
        }
    }

    @Test
    @DisplayName("[MQTT5-3.14.2-3] [MQTT5-3.14.2-4] a Reason String that makes DISCONNECT too large is left out")
    void disconnect_smallClient_withoutReasonString() throws IOException {
        try (WireClient client = broker.open5()) {
            client.connect(connect5(
                    "small",
                    true,
                    Properties.builder().maximumPacketSizeBytes(30).build()));
            client.send((byte) 0xE1, (byte) 0);
            Disconnect disconnect = client.expect(Disconnect.class);
            assertThat(disconnect.reasonCode()).isEqualTo(ReasonCode.MALFORMED_PACKET);
            assertThat(disconnect.properties().reasonString()).isNull();
            assertThat(client.isClosedNext()).isTrue();
        }
    }

    @Test
    @DisplayName(
            "K22 T27 [MQTT5-3.1.4-2] [MQTT5-3.2.2-7] [MQTT5-3.2.2-6] a refused CONNECT leaves no will and no session")
    void connect_refused_noWill() throws IOException {
        Will forbidden =
                new Will(TopicName.of("$SYS/fake"), new byte[] {'w'}, QoS.AT_LEAST_ONCE, false, Properties.NONE);
        Properties hour =
                Properties.builder().sessionExpiryIntervalSeconds(3_600).build();
        try (WireClient client = broker.open5()) {
            ConnAck connAck = client.connect(connect5("refused", false, hour, forbidden));
            assertThat(connAck.reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(connAck.properties().reasonString()).isNotEmpty();
            assertThat(client.isClosedNext()).isTrue();
        }
        try (WireClient client = broker.open5()) {
            assertThat(client.connect(connect5("refused", false, hour)).sessionPresent())
                    .isFalse();
        }
    }
}
