// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.account;

import static io.holdfast.server.testkit.Passwords.connect;
import static io.holdfast.server.testkit.Passwords.connected;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.testkit.Passwords;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A broker with a password file. */
class PasswordIT {
    @TempDir
    private Path folder;

    private RunningBroker start(String... settings) throws IOException, ConfigurationException {
        Path file = folder.resolve("passwords");
        if (!Files.exists(file)) {
            Passwords.write(file, "ada", "bob");
        }
        String[] all = new String[settings.length + 1];
        System.arraycopy(settings, 0, all, 1, settings.length);
        all[0] = "access.password-file=" + file;
        return RunningBroker.start(folder.resolve("data"), all);
    }

    private static ConnAck answer(RunningBroker broker, Connect connect) throws IOException {
        try (WireClient client = new WireClient(broker.port(), connect.version())) {
            ConnAck answer = client.connect(connect);
            if (answer.reasonCode().isFailure()) {
                assertThat(client.isClosedNext()).isTrue();
            } else {
                client.send(PingReq.INSTANCE);
                client.expect(PingResp.class);
            }
            return answer;
        }
    }

    private static ConnAck answer(
            RunningBroker broker, ProtocolVersion version, @Nullable String user, @Nullable String password)
            throws IOException {
        return answer(broker, connect(version, "c", true, null, user, password));
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    @DisplayName(
            "K19 K31 T34 T31 the right password opens; wrong password, unknown user and missing password get one answer")
    void connect_password_judged(ProtocolVersion version) throws IOException, ConfigurationException {
        try (RunningBroker broker = start()) {
            assertThat(answer(broker, version, "ada", "ada-secret").reasonCode())
                    .isEqualTo(ReasonCode.SUCCESS);
            ConnAck wrong = answer(broker, version, "ada", "bob-secret");
            assertThat(wrong.reasonCode()).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            assertThat(answer(broker, version, "eve", "eve")).isEqualTo(wrong);
            assertThat(answer(broker, version, "", "")).isEqualTo(wrong);
            assertThat(answer(broker, version, "ada", null)).isEqualTo(wrong);
            assertThat(answer(broker, version, "ada", "")).isEqualTo(wrong);
            assertThat(answer(broker, version, null, null).reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            await().until(() -> broker.broker().counters().sum(BrokerCounter.PASSWORDS_REFUSED) == 6);
        }
    }

    @Test
    @DisplayName("T34 a password of MQTT 5 without a user name proves nothing")
    void connect_passwordOnly_refused() throws IOException, ConfigurationException {
        try (RunningBroker broker = start("access.anonymous=true")) {
            assertThat(answer(broker, ProtocolVersion.MQTT_5, null, "ada-secret")
                            .reasonCode())
                    .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
    }

    @Test
    @DisplayName("T33 with access.anonymous nobody needs a name, but a name needs its password")
    void connect_anonymousAllowed_namesJudged() throws IOException, ConfigurationException {
        try (RunningBroker broker = start("access.anonymous=true")) {
            assertThat(answer(broker, ProtocolVersion.MQTT_3_1_1, null, null).reasonCode())
                    .isEqualTo(ReasonCode.SUCCESS);
            for (String wrong : new String[] {"x", "", null}) {
                assertThat(answer(broker, ProtocolVersion.MQTT_3_1_1, "ada", wrong)
                                .reasonCode())
                        .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            }
        }
        try (RunningBroker open = RunningBroker.start(folder.resolve("open"))) {
            assertThat(answer(open, ProtocolVersion.MQTT_3_1_1, "ada", "x").reasonCode())
                    .as("without a password file nobody judges names")
                    .isEqualTo(ReasonCode.SUCCESS);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    @DisplayName(
            "K22 K23 T26 T27 a wrong password with Clean Start and a victim's identifier touches nothing and leaves no will")
    void connect_wrongPasswordCleanStart_victimUntouched(ProtocolVersion version)
            throws IOException, ConfigurationException {
        try (RunningBroker broker = start();
                WireClient watcher = connected(broker, "bob", "watcher");
                WireClient victim = connected(broker, "ada", "victim")) {
            watcher.subscribe("w/#", QoS.AT_LEAST_ONCE);
            victim.subscribe("v/#", QoS.AT_LEAST_ONCE);
            Connect attack = connect(version, "victim", true, WireClient.will("w/will", "evil"), "ada", "guess");
            assertThat(answer(broker, attack).reasonCode()).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            victim.send(PingReq.INSTANCE);
            victim.expect(PingResp.class); // Nobody took it over.
            watcher.send(WireClient.publish("v/1", "kept", QoS.AT_LEAST_ONCE, 1));
            watcher.expect(PubAck.class);
            assertThat(WireClient.text(victim.expect(Publish.class))).isEqualTo("kept");
            victim.reset();
            assertThat(answer(broker, attack).reasonCode()).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            try (WireClient again = broker.open5()) {
                ConnAck back =
                        again.connect(connect(ProtocolVersion.MQTT_5, "victim", false, null, "ada", "ada-secret"));
                assertThat(back.sessionPresent()).isTrue();
                Publish kept = again.expect(Publish.class);
                assertThat(WireClient.text(kept)).isEqualTo("kept");
                assertThat(kept.dup()).isTrue();
            }
            watcher.send(WireClient.publish("w/last", "mine", QoS.AT_MOST_ONCE, 0));
            assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo("mine"); // And no will before it.
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    @DisplayName(
            "T25 who waits for a hash for longer than a CONNECT may take is told that the broker is busy, not that the "
                    + "password is wrong")
    void connect_hashTooLate_busy(ProtocolVersion version) throws Exception {
        Path slow = folder.resolve("slow");
        new AccountEditor(slow)
                .put("ada", Passwords.of("ada").getBytes(UTF_8), Set.of(), AccountEditor.ITERATIONS_MAX / 8);
        try (RunningBroker late =
                RunningBroker.start(folder.resolve("late"), "access.password-file=" + slow, "connect-timeout=100 ms")) {
            await().until(() -> busy(late, version));
        }
    }

    /** False when the CONNECT itself came too late, on a machine that does much else. */
    private static boolean busy(RunningBroker late, ProtocolVersion version) throws IOException {
        try (WireClient ada = new WireClient(late.port(), version)) {
            ada.send(WireClient.bytes(version, connect(version, "ada", true, null, "ada", Passwords.of("ada"))));
            Packet answer = ada.next();
            if (answer == null) {
                return false;
            }
            assertThat(((ConnAck) answer).reasonCode())
                    .isEqualTo(
                            version == ProtocolVersion.MQTT_5 ? ReasonCode.SERVER_BUSY : ReasonCode.SERVER_UNAVAILABLE);
            assertThat(ada.isClosedNext()).isTrue();
            return true;
        } catch (SocketException e) {
            return false;
        }
    }

    @Test
    @DisplayName("T34 T25 after wrong passwords a user is locked out from this address, and told so")
    void connect_manyWrong_lockedOut() throws IOException, ConfigurationException {
        try (RunningBroker broker = start("access.lockout-failures-max=2", "access.lockout-forget=1h")) {
            answer(broker, ProtocolVersion.MQTT_5, "ada", "x");
            answer(broker, ProtocolVersion.MQTT_5, "ada", "y");
            assertThat(answer(broker, ProtocolVersion.MQTT_5, "ada", "ada-secret")
                            .reasonCode())
                    .isEqualTo(ReasonCode.CONNECTION_RATE_EXCEEDED);
            assertThat(answer(broker, ProtocolVersion.MQTT_3_1_1, "ada", "ada-secret")
                            .reasonCode())
                    .isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
            assertThat(answer(broker, ProtocolVersion.MQTT_5, "bob", "bob-secret")
                            .reasonCode())
                    .isEqualTo(ReasonCode.SUCCESS);
        }
    }

    @Test
    @DisplayName(
            "T34 T39 behind a proxy wrong passwords count for the address it tells: its other clients are not locked out")
    void connect_manyWrongBehindProxy_lockedByToldAddress() throws IOException, ConfigurationException {
        try (RunningBroker broker = start(
                "listeners.tcp.proxy-protocol=required",
                "listeners.tcp.proxy-trusted=127.0.0.1",
                "access.lockout-failures-max=1",
                "access.lockout-forget=1h")) {
            assertThat(through(broker, "198.51.100.5", "x")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            assertThat(through(broker, "198.51.100.5", "ada-secret")).isEqualTo(ReasonCode.CONNECTION_RATE_EXCEEDED);
            assertThat(through(broker, "198.51.100.6", "ada-secret")).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    private static ReasonCode through(RunningBroker broker, String address, String password) throws IOException {
        try (WireClient client = broker.open5()) {
            String header = "PROXY TCP4 " + address + " 10.0.0.1 8080 1883\r\n";
            client.send(header.getBytes(StandardCharsets.US_ASCII));
            return client.connect(connect(ProtocolVersion.MQTT_5, "c", true, null, "ada", password))
                    .reasonCode();
        }
    }

    @Test
    @DisplayName("K18 T33 a broker does not start with an empty, broken or missing password file")
    void start_unusableFile_refused() throws IOException {
        Path file = folder.resolve("passwords");
        Files.writeString(file, "# nobody\n");
        assertThatThrownBy(this::start)
                .isInstanceOf(AccessFileException.class)
                .hasMessageContaining("holds no account");
        Files.writeString(file, "ada:ada\n");
        assertThatThrownBy(this::start)
                .isInstanceOf(AccessFileException.class)
                .hasMessageContaining("passwords:1: a hash of a password begins with $");
        assertThatThrownBy(() -> RunningBroker.start(folder.resolve("data"), "access.password-file=" + folder + "/no"))
                .isInstanceOf(AccessFileException.class)
                .hasMessageContaining("there is no such file");
    }
}
