// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.rule;

import static io.holdfast.server.testkit.Passwords.connect;
import static io.holdfast.server.testkit.Passwords.connected;
import static io.holdfast.server.testkit.WireClient.publish;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.testkit.Passwords;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions belong to users. */
class SessionOwnerIT {
    @TempDir
    private Path folder;

    private RunningBroker start(String... settings) throws IOException, ConfigurationException {
        Path file = folder.resolve("passwords");
        if (!Files.exists(file)) {
            Passwords.write(file, "ada", "bob");
        }
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("access.password-file=" + file);
        all.add("access.anonymous=true");
        return RunningBroker.start(folder.resolve("data"), all.toArray(new String[0]));
    }

    private static ConnAck answer(
            RunningBroker broker, ProtocolVersion version, String clientId, boolean clean, @Nullable String user)
            throws IOException {
        try (WireClient client = new WireClient(broker.port(), version)) {
            String password = user == null ? null : Passwords.of(user);
            return client.connect(connect(version, clientId, clean, WireClient.will("w/x", "evil"), user, password));
        }
    }

    private static ReasonCode code(RunningBroker broker, String clientId, @Nullable String user) throws IOException {
        return answer(broker, ProtocolVersion.MQTT_5, clientId, false, user).reasonCode();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName(
            "K23 T26 T27 another user, or nobody, with a victim's client identifier is refused: session and in-flight stay")
    void connect_foreignSession_refused(boolean restarted) throws IOException, ConfigurationException {
        RunningBroker broker = start();
        try (WireClient watcher = connected(broker, "bob", "watcher")) {
            watcher.subscribe("w/#", QoS.AT_LEAST_ONCE);
            WireClient victim = connected(broker, "ada", "victim");
            victim.subscribe("v/#", QoS.AT_LEAST_ONCE);
            watcher.send(publish("v/1", "inflight", QoS.AT_LEAST_ONCE, 1));
            watcher.expect(PubAck.class);
            victim.expect(Publish.class);
            assertForeignersRefused(broker);
            victim.send(PingReq.INSTANCE);
            victim.expect(PingResp.class); // Nobody took it over.
            victim.reset();
            if (restarted) {
                broker.close();
                broker = start();
            }
            assertForeignersRefused(broker);
            try (WireClient again = broker.open5()) {
                ConnAck back =
                        again.connect(connect(ProtocolVersion.MQTT_5, "victim", false, null, "ada", "ada-secret"));
                assertThat(back.sessionPresent()).isTrue();
                Publish inflight = again.expect(Publish.class);
                assertThat(inflight.dup()).isTrue();
                again.subscribe("w/#", QoS.AT_LEAST_ONCE);
                again.send(publish("w/end", "end", QoS.AT_MOST_ONCE, 0));
                assertThat(WireClient.text(again.expect(Publish.class))).isEqualTo("end");
            }
        } finally {
            broker.close();
        }
    }

    private static void assertForeignersRefused(RunningBroker broker) throws IOException {
        for (ProtocolVersion version : new ProtocolVersion[] {ProtocolVersion.MQTT_3_1_1, ProtocolVersion.MQTT_5}) {
            for (boolean clean : new boolean[] {true, false}) {
                assertThat(answer(broker, version, "victim", clean, "bob").reasonCode())
                        .isEqualTo(ReasonCode.NOT_AUTHORIZED);
                assertThat(answer(broker, version, "victim", clean, null).reasonCode())
                        .isEqualTo(ReasonCode.NOT_AUTHORIZED);
            }
        }
    }

    @Test
    @DisplayName("T26 a session of nobody belongs to the first user who comes to it; without owners everybody may come")
    void connect_unownedSession_adopted() throws IOException, ConfigurationException {
        try (RunningBroker broker = start()) {
            assertThat(code(broker, "c", null)).isEqualTo(ReasonCode.SUCCESS);
            ConnAck first = answer(broker, ProtocolVersion.MQTT_5, "c", false, "ada");
            assertThat(first.sessionPresent()).isTrue();
            assertThat(code(broker, "c", null)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
        try (RunningBroker broker = start("access.session-owner=none")) {
            assertThat(code(broker, "c", "bob")).isEqualTo(ReasonCode.SUCCESS);
            assertThat(code(broker, "c", null)).isEqualTo(ReasonCode.SUCCESS);
        }
        try (RunningBroker broker = start()) {
            assertThat(code(broker, "c", "ada")).as("bob was the last").isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(code(broker, "c", "bob")).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    @Test
    @DisplayName("T20 one kept session too many of a user is refused, counted over restarts; the others stay")
    void connect_sessionQuota_refused() throws IOException, ConfigurationException {
        for (int round = 0; round < 2; round++) {
            try (RunningBroker broker = start("access.sessions-per-user-max=2")) {
                assertThat(code(broker, "a1", "ada")).isEqualTo(ReasonCode.SUCCESS);
                assertThat(code(broker, "a2", "ada")).isEqualTo(ReasonCode.SUCCESS);
                assertThat(code(broker, "a3", "ada")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
                assertThat(answer(broker, ProtocolVersion.MQTT_3_1_1, "a3", false, "ada")
                                .reasonCode())
                        .isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
                assertThat(answer(broker, ProtocolVersion.MQTT_3_1_1, "a3", true, "ada")
                                .reasonCode())
                        .as("a session that is not kept does not count")
                        .isEqualTo(ReasonCode.SUCCESS);
                assertThat(code(broker, "b1", "bob")).isEqualTo(ReasonCode.SUCCESS);
                ConnAck renewed = answer(broker, ProtocolVersion.MQTT_5, "a2", true, "ada");
                assertThat(renewed.reasonCode()).as("a new one in its place").isEqualTo(ReasonCode.SUCCESS);
            }
        }
        try (RunningBroker broker = start("access.sessions-per-user-max=2")) {
            assertThat(answer(broker, ProtocolVersion.MQTT_3_1_1, "a2", true, "ada")
                            .reasonCode())
                    .isEqualTo(ReasonCode.SUCCESS);
            assertThat(code(broker, "a3", "ada")).as("there is room again").isEqualTo(ReasonCode.SUCCESS);
            assertThat(code(broker, "a2", "ada")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        }
    }

    @Test
    @DisplayName("K24 T20 who is nobody keeps no session where that is not allowed, and is told; users do")
    void connect_anonymousSessions_notKept() throws IOException, ConfigurationException {
        try (RunningBroker broker = start("access.anonymous-sessions=never")) {
            ConnAck five = answer(broker, ProtocolVersion.MQTT_5, "n", false, null);
            assertThat(five.reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(five.properties().sessionExpiryIntervalSeconds()).isZero();
            assertThat(answer(broker, ProtocolVersion.MQTT_5, "n", false, null).sessionPresent())
                    .isFalse();
            assertThat(answer(broker, ProtocolVersion.MQTT_3_1_1, "n", false, null)
                            .reasonCode())
                    .isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(answer(broker, ProtocolVersion.MQTT_3_1_1, "n", true, null)
                            .reasonCode())
                    .isEqualTo(ReasonCode.SUCCESS);
            assertThat(code(broker, "a", "ada")).isEqualTo(ReasonCode.SUCCESS);
            assertThat(answer(broker, ProtocolVersion.MQTT_5, "a", false, "ada").sessionPresent())
                    .isTrue();
        }
    }
}
