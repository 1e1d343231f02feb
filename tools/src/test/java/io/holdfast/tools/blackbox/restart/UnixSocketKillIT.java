// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.restart;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.RequiresTool;
import io.holdfast.tools.blackbox.broker.BrokerCommand;
import io.holdfast.tools.blackbox.broker.BrokerProcess;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of a socket whose broker was killed. */
@RequiresTool("mosquitto_pub")
final class UnixSocketKillIT {
    @TempDir
    Path folder;

    private int publish(Path socket) throws Exception {
        Process process = new ProcessBuilder(
                        "mosquitto_pub", "--unix", socket.toString(), "-i", "pub", "-t", "a", "-m", "b", "-q", "2")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return process.exitValue();
    }

    @Test
    @DisplayName(
            "T44 after SIGKILL the broker listens at its path again, over the file that was left; a clean stop takes it away")
    void path_ofKilledBroker_listenedOnAgain() throws Exception {
        Path socket = folder.resolve("mqtt.sock");
        String[] settings = {"listeners.local.type=unix", "listeners.local.path=" + socket};
        try (BrokerProcess broker = BrokerProcess.start(BrokerCommand.underTest(), settings)) {
            Awaitility.await().untilAsserted(() -> assertThat(publish(socket)).isZero());
            broker.kill();
            assertThat(socket).exists();
            assertThat(publish(socket)).isNotZero();
            broker.restart();
            Awaitility.await().untilAsserted(() -> assertThat(publish(socket)).isZero());
            assertThat(broker.terminate()).isZero();
            assertThat(socket).doesNotExist();
        }
    }
}
