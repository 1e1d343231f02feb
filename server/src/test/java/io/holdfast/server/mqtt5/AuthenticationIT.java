// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.mqtt5;

import static io.holdfast.server.testkit.BackwardsMethod.ANSWER;
import static io.holdfast.server.testkit.WireClient.connect5;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PropertiesBuilder;
import io.holdfast.protocol.packet.Property;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.testkit.BackwardsMethod;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The exchange of AUTH packets that CONNECT asks for, with a method for tests: nobody is served before its end. */
class AuthenticationIT {
    private static final long HOUR = 3_600;

    @TempDir
    private Path folder;

    private final BackwardsMethod method = new BackwardsMethod();
    private RunningBroker broker;

    @BeforeEach
    void start() throws IOException, ConfigurationException {
        start("10m"); // Nobody who is only slow, like a machine that does much else, shall lose a connection.
    }

    private void start(String timeout) throws IOException, ConfigurationException {
        broker = RunningBroker.start(folder, List.of(method), "connect-timeout=" + timeout);
    }

    @AfterEach
    void stop() {
        method.release();
        broker.close();
    }

    private static PropertiesBuilder with(String data) {
        return Properties.builder().authenticationMethod(BackwardsMethod.NAME).authenticationData(data.getBytes(UTF_8));
    }

    private static Auth auth(String data) {
        return new Auth(ReasonCode.CONTINUE_AUTHENTICATION, with(data).build());
    }

    private static Connect connect(String clientId, String user) {
        return connect5(clientId, true, with(user).build());
    }

    /** A client that has sent CONNECT and been told the word. */
    private WireClient challenged(Connect connect) throws IOException {
        WireClient client = broker.open5();
        client.send(connect);
        Auth challenge = client.expect(Auth.class);
        assertThat(challenge.reasonCode()).isEqualTo(ReasonCode.CONTINUE_AUTHENTICATION);
        return client;
    }

    private static void assertRefused(WireClient client, ReasonCode reason) throws IOException {
        ConnAck connAck = client.expect(ConnAck.class);
        assertThat(connAck.reasonCode()).isEqualTo(reason);
        assertThat(connAck.sessionPresent()).isFalse();
        assertThat(client.isClosedNext()).isTrue();
    }

    private void assertServes() throws IOException {
        try (WireClient canary = broker.open5()) {
            canary.connect("canary", true);
            canary.send(PingReq.INSTANCE);
            canary.expect(PingResp.class);
        }
    }

    private static String text(byte[] data) {
        return new String(data, UTF_8);
    }

    @Test
    @DisplayName("[MQTT5-4.12.0-2] [MQTT5-4.12.0-5] a challenge and its answer lead to CONNACK, all with the method")
    void connect_rightAnswer_accepted() throws IOException {
        for (int i = 0; i < 8; i++) { // On whichever event loop the session lives.
            try (WireClient client = broker.open5()) {
                client.send(connect("right-" + i, "ada"));
                Auth challenge = client.expect(Auth.class);
                assertThat(challenge.reasonCode()).isEqualTo(ReasonCode.CONTINUE_AUTHENTICATION);
                assertThat(challenge.properties().authenticationMethod()).isEqualTo(BackwardsMethod.NAME);
                assertThat(text(challenge.properties().authenticationData())).isEqualTo(BackwardsMethod.WORD);
                assertThat(challenge.properties().reasonString()).isEqualTo("say it backwards");
                client.send(auth(ANSWER));
                ConnAck connAck = client.expect(ConnAck.class);
                assertThat(connAck.reasonCode()).isEqualTo(ReasonCode.SUCCESS);
                assertThat(connAck.properties().authenticationMethod()).isEqualTo(BackwardsMethod.NAME);
                assertThat(text(connAck.properties().authenticationData())).isEqualTo("hello");
                client.subscribe("t", QoS.AT_LEAST_ONCE);
                client.send(WireClient.publish("t", "x", QoS.AT_MOST_ONCE, 0));
                assertThat(WireClient.text(client.expect(Publish.class))).isEqualTo("x");
            }
        }
    }

    @Test
    @DisplayName("[MQTT5-4.12.0-1] a method that is not known is answered with CONNACK 0x8C, and none is by default")
    void connect_unknownMethod_refused() throws IOException, ConfigurationException {
        try (WireClient client = broker.open5()) {
            Properties other =
                    Properties.builder().authenticationMethod("FORWARDS").build();
            client.send(connect5("unknown", true, other));
            assertRefused(client, ReasonCode.BAD_AUTHENTICATION_METHOD);
        }
        try (RunningBroker plain = RunningBroker.start(folder.resolve("plain"));
                WireClient client = plain.open5()) {
            client.send(connect("unknown", "ada"));
            assertRefused(client, ReasonCode.BAD_AUTHENTICATION_METHOD);
        }
    }

    @Test
    @DisplayName("[MQTT5-4.12.0-4] a refusal is CONNACK with the method's reason, and the connection closes")
    void connect_refused_connAckWithReason() throws IOException {
        try (WireClient client = challenged(connect("wrong", "ada"))) {
            client.send(auth("stressed"));
            ConnAck connAck = client.expect(ConnAck.class);
            assertThat(connAck.reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(connAck.properties().reasonString()).isEqualTo("that is not backwards");
            assertThat(client.isClosedNext()).isTrue();
        }
        try (WireClient client = broker.open5()) {
            client.send(connect("banned", BackwardsMethod.BANNED));
            assertRefused(client, ReasonCode.BANNED);
        }
        try (WireClient client = broker.open5()) { // No data at all.
            Properties bare = Properties.builder()
                    .authenticationMethod(BackwardsMethod.NAME)
                    .build();
            client.send(connect5("silent", true, bare));
            assertRefused(client, ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
        try (WireClient client = broker.open5()) {
            client.send(connect("fatal", BackwardsMethod.FATAL));
            assertRefused(client, ReasonCode.UNSPECIFIED_ERROR);
        }
        assertThat(broker.broker().counters().sum(BrokerCounter.AUTHENTICATIONS_REFUSED))
                .isEqualTo(4);
        assertServes();
    }

    @Test
    @DisplayName(
            "K23 T26 T27 [MQTT5-3.1.4-2] who fails to authenticate has touched no session, no connection and leaves no will")
    void connect_fails_nothingTouched() throws IOException {
        Properties hour =
                Properties.builder().sessionExpiryIntervalSeconds(HOUR).build();
        try (WireClient victim = broker.open5();
                WireClient watcher = broker.open5()) {
            victim.connect(connect5("victim", false, hour));
            victim.subscribe("news", QoS.AT_LEAST_ONCE);
            watcher.connect("watcher", true);
            watcher.subscribe("will/#", QoS.AT_LEAST_ONCE);
            Properties asked = with("mallory").sessionExpiryIntervalSeconds(0).build();
            Connect attack = connect5("victim", true, asked, WireClient.will("will/mallory", "gotcha"));
            try (WireClient attacker = challenged(attack);
                    WireClient vanishing = challenged(attack)) {
                vanishing.reset();
                victim.send(PingReq.INSTANCE);
                victim.expect(PingResp.class);
                attacker.send(auth("wrong"));
                assertRefused(attacker, ReasonCode.NOT_AUTHORIZED);
            }
            victim.send(PingReq.INSTANCE);
            victim.expect(PingResp.class);
            watcher.send(WireClient.publish("will/marker", "marker", QoS.AT_LEAST_ONCE, 1));
            assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo("marker");
            victim.reset();
        }
        try (WireClient victim = broker.open5();
                WireClient publisher = broker.open5()) {
            assertThat(victim.connect(connect5("victim", false, hour)).sessionPresent())
                    .isTrue();
            publisher.connect("publisher", true);
            publisher.send(WireClient.publish("news", "still subscribed", QoS.AT_LEAST_ONCE, 1));
            publisher.expect(PubAck.class);
            assertThat(WireClient.text(victim.expect(Publish.class))).isEqualTo("still subscribed");
        }
    }

    @Test
    @DisplayName("[MQTT5-4.12.0-6] without a method in CONNECT there is none in CONNACK, and AUTH is a protocol error")
    void connect_noMethod_noAuth() throws IOException {
        try (WireClient client = broker.open5()) {
            ConnAck connAck = client.connect("plain", true);
            assertThat(connAck.properties().contains(Property.AUTHENTICATION_METHOD))
                    .isFalse();
            assertThat(connAck.properties().contains(Property.AUTHENTICATION_DATA))
                    .isFalse();
            client.send(auth(ANSWER));
            assertThat(client.expect(Disconnect.class).reasonCode()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
            assertThat(client.isClosedNext()).isTrue();
        }
    }

    @Test
    @DisplayName("[MQTT5-3.1.2-30] [MQTT5-4.12.0-5] what may not come during the exchange is a protocol error")
    void exchange_wrongPacket_protocolError() throws IOException {
        Properties other = Properties.builder().authenticationMethod("OTHER").build();
        List<Packet> wrong = List.of(
                connect("wrong", "ada"),
                PingReq.INSTANCE,
                WireClient.publish("t", "x", QoS.AT_LEAST_ONCE, 1),
                new PubAck(1),
                new Auth(ReasonCode.CONTINUE_AUTHENTICATION, Properties.NONE),
                new Auth(ReasonCode.CONTINUE_AUTHENTICATION, other),
                new Auth(ReasonCode.RE_AUTHENTICATE, with(ANSWER).build()));
        for (Packet packet : wrong) {
            try (WireClient client = challenged(connect("wrong", "ada"))) {
                client.send(packet);
                assertRefused(client, ReasonCode.PROTOCOL_ERROR);
            }
        }
        try (WireClient client = challenged(connect("header", "ada"))) {
            client.send((byte) 0x30, (byte) 0xFF, (byte) 0xFF, (byte) 0x7F); // Judged by its first byte.
            assertRefused(client, ReasonCode.PROTOCOL_ERROR);
        }
        try (WireClient client = challenged(connect("large", "ada"))) {
            client.send((byte) 0xF0, (byte) 0x80, (byte) 0x80, (byte) 0x08); // 128 KiB: more than a CONNECT may have.
            assertRefused(client, ReasonCode.PACKET_TOO_LARGE);
        }
        assertServes();
    }

    @Test
    @DisplayName("a client that gives up with DISCONNECT during the exchange is not answered")
    void exchange_disconnect_closed() throws IOException {
        try (WireClient client = challenged(connect("gives-up", "ada"))) {
            client.send(Disconnect.NORMAL);
            assertThat(client.isClosedNext()).isTrue();
        }
    }

    @Test
    @DisplayName("T01 T02 the connect timeout holds through the whole exchange, whoever keeps it going or waiting")
    void exchange_neverEnds_refusedInTime() throws IOException, ConfigurationException {
        broker.close();
        start("4s");
        long began = System.nanoTime();
        try (WireClient silent = challenged(connect("silent", "ada"));
                WireClient busy = challenged(connect("busy", BackwardsMethod.ENDLESS));
                WireClient waits = broker.open5()) {
            waits.send(connect("waits", BackwardsMethod.SLOW));
            Packet packet = null;
            while (!(packet instanceof ConnAck)) {
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(60));
                busy.send(auth(ANSWER));
                packet = busy.next();
            }
            assertThat(((ConnAck) packet).reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertRefused(silent, ReasonCode.NOT_AUTHORIZED);
            assertRefused(waits, ReasonCode.NOT_AUTHORIZED);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofMillis(3_900), Duration.ofSeconds(60));
        await().until(() -> broker.broker().counters().sum(BrokerCounter.CONNECT_TIMEOUTS) == 3);
        assertServes();
    }

    @Test
    @DisplayName("T25 a method that takes its time keeps nobody waiting but its own clients")
    void exchange_slowMethod_othersServed() throws IOException, ConfigurationException {
        try (RunningBroker patient = RunningBroker.start(folder.resolve("patient"), List.of(method))) {
            List<WireClient> waiting = new ArrayList<>();
            try {
                for (int i = 0; i < 20; i++) { // On every event loop.
                    WireClient client = patient.open5();
                    waiting.add(client);
                    client.send(connect("slow-" + i, BackwardsMethod.SLOW));
                }
                waiting.get(0).reset(); // Its judgement comes when it is gone.
                for (int i = 0; i < 8; i++) {
                    try (WireClient other = patient.open5()) {
                        other.connect("other-" + i, true);
                        other.send(PingReq.INSTANCE);
                        other.expect(PingResp.class);
                    }
                }
                method.release();
                for (WireClient client : waiting.subList(1, waiting.size())) {
                    client.expect(Auth.class);
                    client.send(auth(ANSWER));
                    assertThat(client.expect(ConnAck.class).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
                }
            } finally {
                for (WireClient client : waiting) {
                    client.close();
                }
            }
            await().until(() -> patient.broker().openConnections() == 0);
        }
    }

    @Test
    @DisplayName("[MQTT5-3.15.2-2] [MQTT5-3.1.2-29] a Reason String goes when it has no room or is not wanted")
    void challenge_reasonString_leftOut() throws IOException {
        Properties unwanted = with("ada").requestProblemInformation(false).build();
        try (WireClient client = broker.open5()) {
            client.send(connect5("unwanted", true, unwanted));
            assertThat(client.expect(Auth.class).properties().contains(Property.REASON_STRING))
                    .isFalse();
            client.send(auth(ANSWER));
            client.expect(ConnAck.class);
            client.send(WireClient.publish("$none", "x", QoS.AT_LEAST_ONCE, 1));
            PubAck refusal = client.expect(PubAck.class);
            assertThat(refusal.reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(refusal.properties().contains(Property.REASON_STRING)).isFalse();
        }
        int bare = WireClient.bytes(ProtocolVersion.MQTT_5, auth(BackwardsMethod.WORD)).length;
        Properties small = with("ada").maximumPacketSizeBytes(bare + 5).build();
        try (WireClient client = broker.open5()) {
            client.send(connect5("small", true, small));
            Auth challenge = client.expect(Auth.class);
            assertThat(challenge.properties().contains(Property.REASON_STRING)).isFalse();
            assertThat(client.packetBytes()).isEqualTo(bare);
        }
    }

    @Test
    @DisplayName("[MQTT5-3.1.2-24] a challenge that the client has no room for refuses it, as nothing else can be done")
    void challenge_tooLarge_refused() throws IOException {
        Properties small =
                with(BackwardsMethod.WORDY).maximumPacketSizeBytes(1_000).build();
        try (WireClient client = broker.open5()) {
            client.send(connect5("small", true, small));
            assertRefused(client, ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
        }
    }
}
