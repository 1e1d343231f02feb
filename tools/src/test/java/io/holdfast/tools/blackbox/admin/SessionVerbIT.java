// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.admin.AdminFiles;
import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.broker.HoldfastBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The command line, in a process of its own, against the broker in another. */
class SessionVerbIT {
    /** What a run of the command line left. */
    private record Run(int exitCode, String output) {}

    private static Run holdfast(Path data, String... arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), HoldfastBroker.MAIN_CLASS));
        line.addAll(List.of(arguments));
        line.addAll(List.of("--data", data.toString()));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    private static void sleepingSession(int port, String clientId) throws MqttException {
        try (MqttClient client = new MqttClient("tcp://127.0.0.1:" + port, clientId, new MemoryPersistence())) {
            MqttConnectOptions options = new MqttConnectOptions();
            options.setCleanSession(false);
            client.connect(options);
            client.subscribe("m/#", 1);
            client.disconnect();
        }
    }

    @Test
    @DisplayName(
            "session list, show and drop need only --data; without a broker one sentence points to 'holdfast store'")
    void session_runningThenKilled_worksThenSaysSo() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(HoldfastBroker.sound())) {
            assertThat(broker.output()).contains("admin endpoint http://127.0.0.1:");
            sleepingSession(broker.port(), "meter-1");
            sleepingSession(broker.port(), "meter 2");

            // The clients have said DISCONNECT, and the broker hears it when it hears it.
            Awaitility.await().untilAsserted(() -> {
                Run list = holdfast(broker.data(), "session", "list", "-o", "jsonl");
                assertThat(list.exitCode()).as(list.output()).isZero();
                assertThat(list.output().lines())
                        .hasSize(2)
                        .allSatisfy(line -> assertThat(line).contains("\"connected\":false"))
                        .anySatisfy(line -> assertThat(line).contains("\"client\":\"meter-1\""));
            });
            assertThat(holdfast(broker.data(), "session", "show", "meter 2").output())
                    .contains("m/#");

            Run drop = holdfast(broker.data(), "session", "drop", "meter-1");
            assertThat(drop.exitCode()).as(drop.output()).isZero();
            assertThat(holdfast(broker.data(), "session", "list").output())
                    .contains("meter 2")
                    .doesNotContain("meter-1");
            Run again = holdfast(broker.data(), "session", "drop", "meter-1");
            assertThat(again.exitCode()).isEqualTo(1);
            assertThat(again.output().strip().lines()).hasSize(1);
            assertThat(broker.output())
                    .contains("audit", "what=\"session drop\" target=\"meter-1\" outcome=\"done", "outcome=\"not done");

            broker.kill();
            assertSaysSo(broker.data());
        }
    }

    private static void assertSaysSo(Path data) throws Exception {
        Run none = holdfast(data, "session", "list");
        assertThat(none.exitCode()).as(none.output()).isEqualTo(3);
        assertThat(none.output().strip().lines()).hasSize(1);
        assertThat(none.output()).contains("no broker with an admin endpoint runs on " + data, "holdfast store");
    }

    @Test
    @DisplayName("the address of a killed broker may be another's by now, which is not taken for it")
    void session_addressTakenByAnother_saysSo() throws Exception {
        try (BrokerProcess killed = BrokerProcess.start(HoldfastBroker.sound());
                BrokerProcess other = BrokerProcess.start(HoldfastBroker.sound())) {
            killed.kill();
            Files.copy(
                    other.data().resolve(AdminFiles.ADDRESS),
                    killed.data().resolve(AdminFiles.ADDRESS),
                    StandardCopyOption.REPLACE_EXISTING);
            assertSaysSo(killed.data());
        }
    }
}
