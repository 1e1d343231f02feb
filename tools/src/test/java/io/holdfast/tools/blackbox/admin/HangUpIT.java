// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.tools.blackbox.broker.BrokerCommand;
import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.broker.HoldfastBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGHUP, sent to the broker's process by an operator. */
class HangUpIT {
    @TempDir
    Path folder;

    /** The broker with a file of settings. */
    private record WithFile(Path file) implements BrokerCommand {
        @Override
        public List<String> commandLine(Path data, int port, List<String> settings) {
            List<String> line = new ArrayList<>(HoldfastBroker.sound().commandLine(data, port, settings));
            line.addAll(List.of("--config", file.toString()));
            return line;
        }

        @Override
        public Optional<String> readyText() {
            return HoldfastBroker.sound().readyText();
        }
    }

    private static void hangUp(BrokerProcess broker) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(broker.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    @DisplayName("T33 kill -HUP reads the file again; a wrong one is refused in the log and clients stay connected")
    void signal_goodAndWrongFile_readAgain() throws Exception {
        Path file = Files.writeString(folder.resolve("broker.conf"), "session.receive-maximum = 5\n");
        try (BrokerProcess broker = BrokerProcess.start(new WithFile(file));
                MqttClient client =
                        new MqttClient("tcp://127.0.0.1:" + broker.port(), "stays", new MemoryPersistence())) {
            client.connect();
            Files.writeString(file, "session.receive-maximum = 6\nlog-level = debug\n");
            hangUp(broker);
            await().until(() -> broker.wholeOutput().contains("changed: log-level, session.receive-maximum"));
            Files.writeString(file, "session.recieve-maximum = 7\n");
            hangUp(broker);
            await().until(() -> broker.wholeOutput()
                    .contains("refused, everything stays as it was: " + file + ": 1: there is no setting"));
            assertThat(client.isConnected()).isTrue();
            client.publish("a", new byte[0], 1, false);
            client.disconnect();
            assertThat(broker.terminate()).isZero();
        }
    }
}
