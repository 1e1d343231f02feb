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
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
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
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** AUTH on a living connection. */
class ReauthenticationIT {
    @TempDir
    private Path folder;

    private final BackwardsMethod method = new BackwardsMethod();
    private RunningBroker broker;
    private WireClient watcher;

    @BeforeEach
    void start() throws IOException, ConfigurationException {
        start("10m"); // Nobody who is only slow, like a machine that does much else, shall lose a connection.
    }

    private void start(String timeout) throws IOException, ConfigurationException {
        broker = RunningBroker.start(folder, List.of(method), "connect-timeout=" + timeout);
        watcher = broker.open5();
        watcher.connect("watcher", true);
        watcher.subscribe("w/#", QoS.AT_LEAST_ONCE);
    }

    @AfterEach
    void stop() throws IOException {
        watcher.close();
        method.release();
        broker.close();
    }

    private static Auth auth(ReasonCode reason, String data) {
        return new Auth(
                reason,
                Properties.builder()
                        .authenticationMethod(BackwardsMethod.NAME)
                        .authenticationData(data.getBytes(UTF_8))
                        .build());
    }

    private static Auth again(String user) {
        return auth(ReasonCode.RE_AUTHENTICATE, user);
    }

    private static Auth answer(String data) {
        return auth(ReasonCode.CONTINUE_AUTHENTICATION, data);
    }

    /** A client that has authenticated, with a will and a keep alive of its own. */
    private WireClient connected(String user, int keepAliveSeconds) throws IOException {
        WireClient client = broker.open5();
        client.send(new Connect(
                ProtocolVersion.MQTT_5,
                "again",
                true,
                keepAliveSeconds,
                WireClient.will("w/will", "will"),
                null,
                null,
                again(user).properties()));
        client.expect(Auth.class);
        client.send(answer(ANSWER));
        assertThat(client.expect(ConnAck.class).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
        return client;
    }

    private void assertEnds(WireClient client, ReasonCode reason) throws IOException {
        Disconnect disconnect = client.expect(Disconnect.class);
        assertThat(disconnect.reasonCode()).isEqualTo(reason);
        assertThat(client.isClosedNext()).isTrue();
        assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo("will");
    }

    @Test
    @DisplayName("[MQTT5-4.12.1-1] [MQTT5-4.12.0-5] a client authenticates again, often, and messages go on meanwhile")
    void reauthenticate_rightAnswer_goesOn() throws IOException {
        try (WireClient client = connected("ada", 0)) {
            client.subscribe("m/#", QoS.AT_LEAST_ONCE);
            for (int i = 1; i <= 3; i++) {
                client.send(again("ada"));
                Auth challenge = client.expect(Auth.class);
                assertThat(challenge.reasonCode()).isEqualTo(ReasonCode.CONTINUE_AUTHENTICATION);
                assertThat(challenge.properties().authenticationMethod()).isEqualTo(BackwardsMethod.NAME);
                client.send(WireClient.publish("w/mine", "out", QoS.AT_LEAST_ONCE, i));
                client.expect(PubAck.class);
                assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo("out");
                watcher.send(WireClient.publish("m/theirs", "in", QoS.AT_MOST_ONCE, 0));
                assertThat(WireClient.text(client.expect(Publish.class))).isEqualTo("in");
                client.send(answer(ANSWER));
                Auth success = client.expect(Auth.class);
                assertThat(success.reasonCode()).isEqualTo(ReasonCode.SUCCESS);
                assertThat(success.properties().authenticationMethod()).isEqualTo(BackwardsMethod.NAME);
                assertThat(new String(success.properties().authenticationData(), UTF_8))
                        .isEqualTo("hello");
            }
            client.send(PingReq.INSTANCE);
            client.expect(PingResp.class);
        }
    }

    @Test
    @DisplayName("T32 a login that has expired ends the connection with 0xA0, and the will comes")
    void login_expires_disconnected() throws IOException {
        try (WireClient client = connected(BackwardsMethod.BRIEF, 0)) {
            assertEnds(client, ReasonCode.MAXIMUM_CONNECT_TIME);
            assertThat(broker.broker().counters().sum(BrokerCounter.LOGINS_EXPIRED))
                    .isEqualTo(1);
        }
    }

    @Test
    @DisplayName("T32 who authenticates again before the login expires stays as long as the new one lasts")
    void reauthenticate_beforeExpiry_prolonged() throws IOException {
        try (WireClient client = connected(BackwardsMethod.BRIEF, 0)) {
            client.send(again(BackwardsMethod.BRIEF));
            client.expect(Auth.class);
            client.send(answer(ANSWER));
            assertThat(client.expect(Auth.class).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            await().during(Duration.ofSeconds(BackwardsMethod.BRIEF_SECONDS + 1))
                    .until(() -> {
                        client.send(PingReq.INSTANCE);
                        return client.next() instanceof PingResp;
                    });
        }
    }

    @Test
    @DisplayName("[MQTT5-4.12.1-2] a wrong answer ends the connection with DISCONNECT 0x87, and the will comes")
    void reauthenticate_wrongAnswer_disconnected() throws IOException {
        try (WireClient client = connected("ada", 0)) {
            client.send(again("ada"));
            client.expect(Auth.class);
            client.send(answer("wrong"));
            Disconnect disconnect = client.expect(Disconnect.class);
            assertThat(disconnect.reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(disconnect.properties().reasonString()).isEqualTo("that is not backwards");
            assertThat(client.isClosedNext()).isTrue();
            assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo("will");
        }
        try (WireClient client = connected("ada", 0)) {
            client.send(again(BackwardsMethod.BANNED)); // 0x8A is for CONNACK only.
            assertEnds(client, ReasonCode.NOT_AUTHORIZED);
        }
        try (WireClient client = connected("ada", 0)) {
            client.send(again(BackwardsMethod.FATAL));
            assertEnds(client, ReasonCode.UNSPECIFIED_ERROR);
        }
    }

    @Test
    @DisplayName("[MQTT5-4.12.1-2] T26 whoever proves to be somebody else does not get the session: 0x87")
    void reauthenticate_otherUser_disconnected() throws IOException {
        try (WireClient client = connected("ada", 0)) {
            client.send(again("mallory"));
            client.expect(Auth.class);
            client.send(answer(ANSWER));
            assertEnds(client, ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    @DisplayName("[MQTT5-4.12.1-1] another method than at CONNECT is a protocol error, known or not")
    void reauthenticate_otherMethod_protocolError() throws IOException {
        try (WireClient client = connected("ada", 0)) {
            client.send(new Auth(
                    ReasonCode.RE_AUTHENTICATE,
                    Properties.builder().authenticationMethod("OTHER").build()));
            assertEnds(client, ReasonCode.PROTOCOL_ERROR);
        }
    }

    @Test
    @DisplayName("[MQTT5-4.13.1-1] an AUTH at the wrong moment is a protocol error")
    void auth_wrongMoment_protocolError() throws IOException {
        try (WireClient client = connected("ada", 0)) {
            client.send(answer(ANSWER)); // to no challenge
            assertEnds(client, ReasonCode.PROTOCOL_ERROR);
        }
        try (WireClient client = connected("ada", 0)) {
            client.send(again("ada"), again("ada")); // one within the other
            assertEnds(client, ReasonCode.PROTOCOL_ERROR);
        }
        try (WireClient client = connected("ada", 0)) {
            client.send(again("ada"));
            client.expect(Auth.class);
            client.send(answer(ANSWER));
            assertThat(client.expect(Auth.class).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            client.send(answer(ANSWER)); // when it is over
            assertEnds(client, ReasonCode.PROTOCOL_ERROR);
        }
        try (WireClient client = connected("ada", 0)) {
            client.send(again(BackwardsMethod.SLOW));
            client.send(answer(ANSWER)); // before the challenge
            assertEnds(client, ReasonCode.PROTOCOL_ERROR);
        }
    }

    /** A broker whose time limit for a proof is short. */
    private void startHasty() throws IOException, ConfigurationException {
        watcher.close();
        broker.close();
        start("3s");
    }

    @Test
    @DisplayName("a re-authentication that does not end in time ends the connection: 0x87")
    void reauthenticate_neverEnds_disconnected() throws IOException, ConfigurationException {
        startHasty();
        try (WireClient client = connected("ada", 0)) {
            client.send(again("ada"));
            client.expect(Auth.class);
            assertEnds(client, ReasonCode.NOT_AUTHORIZED);
        }
        try (WireClient client = connected("ada", 0)) {
            client.send(again(BackwardsMethod.SLOW)); // The method itself takes too long.
            assertEnds(client, ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    @DisplayName("a re-authentication that succeeded is forgotten: its time limit ends nothing later")
    void reauthenticate_succeeded_limitGone() throws IOException, ConfigurationException {
        startHasty();
        try (WireClient client = connected("ada", 0)) {
            client.send(again("ada"));
            client.expect(Auth.class);
            client.send(answer(ANSWER));
            assertThat(client.expect(Auth.class).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            long since = System.nanoTime();
            await().until(() -> System.nanoTime() - since > 3_500_000_000L);
            client.send(PingReq.INSTANCE);
            client.expect(PingResp.class);
        }
    }

    @Test
    @DisplayName("[MQTT5-3.1.2-22] AUTH counts as a sign of life")
    void auth_keepAlive_counts() throws IOException {
        boolean stayed = false;
        while (!stayed) { // Again when the machine, and not the broker, made it silent for too long.
            try (WireClient client = connected("ada", 1)) {
                stayed = staysByAuthAlone(client);
            }
        }
    }

    /** False when a client of keep alive 1 s was silent for longer and is told so; it stays for 4 s otherwise. */
    private static boolean staysByAuthAlone(WireClient client) throws IOException {
        long began = System.nanoTime();
        long[] lastSign = {began};
        boolean[] lost = new boolean[1];
        await().pollInterval(Duration.ofMillis(500)).until(() -> {
            long sign = System.nanoTime();
            lost[0] = !answered(client, again("ada")) || !answered(client, answer(ANSWER));
            if (lost[0]) {
                assertThat(System.nanoTime() - lastSign[0]).as("silent for").isGreaterThan(1_400_000_000L);
            }
            lastSign[0] = sign;
            return lost[0] || sign - began > 4_000_000_000L;
        });
        return !lost[0];
    }

    private static boolean answered(WireClient client, Auth auth) throws IOException {
        try {
            client.send(auth);
            return client.next() instanceof Auth;
        } catch (SocketException e) {
            return false;
        }
    }

    @Test
    @DisplayName("a client that leaves in the middle of its re-authentication is simply gone")
    void reauthenticate_clientLeaves_gone() throws IOException {
        try (WireClient client = connected("ada", 0)) {
            client.send(again(BackwardsMethod.SLOW));
            client.send(Disconnect.NORMAL);
            assertThat(client.isClosedNext()).isTrue();
        }
        method.release();
        try (WireClient client = broker.open5()) {
            client.connect(connect5("again", true, Properties.NONE));
            client.send(WireClient.publish("w/marker", "no will came", QoS.AT_LEAST_ONCE, 1));
            assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo("no will came");
        }
    }
}
