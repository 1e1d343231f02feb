// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scenario that ends a broker needs one in a process of its own. */
class RestartIT {
    @TempDir
    Path folder;

    private int port;

    private String command(Path data) {
        return "exec " + Path.of(System.getProperty("java.home"), "bin", "java")
                + " -Xmx256m -XX:TieredStopAtLevel=1 --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED -cp '"
                + System.getProperty("java.class.path") + "' io.holdfast.tools.HoldfastCommand run --data '" + data
                + "' --port " + port;
    }

    private Process start(Path data) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Process broker = new ProcessBuilder("sh", "-c", command(data))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output.log").toFile())
                .start();
        await("the broker accepts").until(this::accepts);
        return broker;
    }

    private boolean accepts() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @AfterEach
    void endBrokers() {
        ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
    }

    private BenchCall restart(Process broker, Path successorData) {
        return BenchCall.of(
                port,
                "restart",
                "--sessions",
                "20",
                "--messages",
                "400",
                "--patience",
                "1",
                "--pid",
                Long.toString(broker.pid()),
                "--start-cmd",
                command(successorData));
    }

    @Test
    @DisplayName("restart: after SIGKILL all that was acknowledged is delivered, and the way back is timed")
    void restart_killed_nothingLost() throws IOException {
        Path data = folder.resolve("data");
        BenchCall call = restart(start(data), data);
        assertThat(call.exitCode()).as(call.err() + call.out()).isZero();
        assertThat(call.out()).containsPattern("drain\n +deliveries +400\n").contains("command to first CONNACK");
    }

    @Test
    @DisplayName("restart: a broker that comes back without its data has lost all, and the run says so")
    void restart_dataGone_lost() throws IOException {
        BenchCall call = restart(start(folder.resolve("data")), folder.resolve("other"));
        assertThat(call.out()).contains("400 lost").contains("did not know 20 of the sessions");
        assertThat(call.exitCode()).isEqualTo(3);
    }
}
