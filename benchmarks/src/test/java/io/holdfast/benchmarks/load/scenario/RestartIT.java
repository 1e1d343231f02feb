// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.server.account.AccountEditor;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scenarios that end a broker need one in a process of its own. */
class RestartIT {
    private static final System.Logger LOG = System.getLogger(RestartIT.class.getName());

    @TempDir
    Path folder;

    private int port;

    private String command(Path data, String... settings) {
        return "exec " + Path.of(System.getProperty("java.home"), "bin", "java")
                + " -Xmx256m -XX:TieredStopAtLevel=1 --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED -cp '"
                + System.getProperty("java.class.path") + "' io.holdfast.tools.HoldfastCommand run --data '" + data
                + "' --port " + port
                + Stream.of(settings).map(setting -> " --set '" + setting + "'").collect(Collectors.joining());
    }

    private Process start(Path data, String... settings) throws IOException {
        port = freePort();
        Process broker = new ProcessBuilder("sh", "-c", command(data, settings))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output.log").toFile())
                .start();
        await("the broker accepts").until(this::accepts);
        return broker;
    }

    /** Below the range of outgoing connections, which might take it while the broker is down. */
    private static int freePort() throws IOException {
        for (int port = 18_000 + (int) (ProcessHandle.current().pid() % 1_000); ; port++) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                LOG.log(System.Logger.Level.DEBUG, "port {0} is taken", port);
            }
        }
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

    private BenchCall restart(Process broker, Path successorData, int patienceSeconds) {
        return BenchCall.of(
                port,
                "restart",
                "--sessions",
                "20",
                "--messages",
                "400",
                "--patience",
                Integer.toString(patienceSeconds),
                "--pid",
                Long.toString(broker.pid()),
                "--start-cmd",
                command(successorData));
    }

    @Test
    @DisplayName("restart: after SIGKILL all that was acknowledged is delivered, and the way back is timed")
    void restart_killed_nothingLost() throws IOException {
        Path data = folder.resolve("data");
        BenchCall call = restart(start(data), data, 60);
        assertThat(call.exitCode()).as(call.err() + call.out()).isZero();
        assertThat(call.out()).containsPattern("drain\n +deliveries +400\n").contains("command to first CONNACK");
    }

    @Test
    @DisplayName(
            "T25 fleet: 300 accounts with machine secrets come back after SIGKILL, each to its session, and those who "
                    + "are back are served meanwhile")
    void fleet_killed_allComeBack() throws IOException {
        Path passwords = folder.resolve("passwords");
        List<String> users = IntStream.range(0, 300).mapToObj(i -> "m" + i).toList();
        List<String> secrets = new AccountEditor(passwords).putMachines(users, Set.of());
        Path accounts = Files.write(
                folder.resolve("accounts"),
                IntStream.range(0, users.size())
                        .mapToObj(i -> users.get(i) + ":" + secrets.get(i))
                        .toList());
        String setting = "access.password-file=" + passwords;
        Process broker = start(folder.resolve("data"), setting);
        BenchCall call = BenchCall.of(
                port,
                "fleet",
                "--accounts",
                accounts.toString(),
                "--witnesses",
                "2",
                "--idle",
                "1",
                "--patience",
                "60",
                "--pid",
                Long.toString(broker.pid()),
                "--start-cmd",
                command(folder.resolve("data"), setting));
        assertThat(call.exitCode()).as(call.err() + call.out()).isZero();
        assertThat(call.out())
                .containsPattern("return\n +connections +300\n")
                .contains("To come back took", "While all came back, witnesses had PINGRESP p99");
    }

    @Test
    @DisplayName("restart: a broker that comes back without its data has lost all, and the run says so")
    void restart_dataGone_lost() throws IOException {
        BenchCall call = restart(start(folder.resolve("data")), folder.resolve("other"), 6);
        assertThat(call.out()).contains("400 lost").contains("did not know 20 of the sessions");
        assertThat(call.exitCode()).isEqualTo(3);
    }
}
