// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.RequiresTool;
import io.holdfast.tools.blackbox.broker.SharedBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line clients that most people try a broker with first. */
@RequiresTool({"mosquitto_pub", "mosquitto_sub", "stdbuf"})
final class MosquittoClientIT {
    private static final int PATIENCE_SECONDS = 90;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    @TempDir
    Path folder;

    /** A subscriber that runs in the background; every received line is in its file. */
    private final class Subscriber implements AutoCloseable {
        final Path file = folder.resolve("sub-" + System.nanoTime());
        final Process process;

        Subscriber(String... options) throws Exception {
            // Into a file the program writes whole blocks; stdbuf makes it write lines.
            List<String> line = new ArrayList<>(List.of("stdbuf", "-oL"));
            line.addAll(command("mosquitto_sub", options));
            line.add("-d");
            process = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(file.toFile())
                    .start();
            Awaitility.await("SUBACK").until(() -> Files.readString(file).contains("Subscribed"));
        }

        List<String> messages() throws Exception {
            return Files.readAllLines(file).stream()
                    .filter(text -> text.startsWith("got "))
                    .toList();
        }

        void awaitMessages(String... expected) {
            Awaitility.await().untilAsserted(() -> assertThat(messages()).containsExactly(expected));
        }

        void kill() {
            process.destroyForcibly()
                    .onExit()
                    .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .join();
        }

        @Override
        public void close() {
            kill();
        }
    }

    private static List<String> command(String name, String... options) {
        List<String> line = new ArrayList<>(List.of(name, "-h", "127.0.0.1", "-p", Integer.toString(BROKER.port())));
        line.addAll(List.of(options));
        return line;
    }

    private String run(String name, String... options) throws Exception {
        Path file = folder.resolve("run-" + System.nanoTime());
        Process process = new ProcessBuilder(command(name, options))
                .redirectErrorStream(true)
                .redirectOutput(file.toFile())
                .start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("%s %s ends", name, List.of(options))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(file)).isZero();
        return Files.readString(file);
    }

    private void publish(String topic, String qos, String message) throws Exception {
        run("mosquitto_pub", "-t", topic, "-q", qos, "-m", message);
    }

    @ParameterizedTest(name = "QoS {0}")
    @ValueSource(strings = {"0", "1", "2"})
    @DisplayName("mosquitto_pub and mosquitto_sub: each QoS is delivered once")
    void publish_eachQos_delivered(String qos) throws Exception {
        try (Subscriber subscriber = new Subscriber("-t", "mosq/" + qos + "/#", "-q", qos)) {
            publish("mosq/" + qos + "/t", qos, "got it");
            // Two publishers have no order between them; at QoS 0 the second may overtake the first.
            subscriber.awaitMessages("got it");
            publish("mosq/" + qos + "/t", qos, "got another");
            subscriber.awaitMessages("got it", "got another");
        }
    }

    @Test
    @DisplayName("mosquitto_sub: the will of a killed client is published")
    void will_clientKilled_published() throws Exception {
        try (Subscriber watcher = new Subscriber("-t", "mosq/will", "-q", "1")) {
            new Subscriber("-t", "mosq/x", "--will-topic", "mosq/will", "--will-payload", "got will", "--will-qos", "1")
                    .kill();
            watcher.awaitMessages("got will");
        }
    }

    @Test
    @DisplayName("mosquitto_pub -r: the last retained message comes to a new subscriber, until it is cleared")
    void retained_newSubscriber_lastOne() throws Exception {
        run("mosquitto_pub", "-t", "mosq/r", "-q", "1", "-r", "-m", "got old");
        run("mosquitto_pub", "-t", "mosq/r", "-q", "1", "-r", "-m", "got new");
        assertThat(run("mosquitto_sub", "-t", "mosq/r", "-C", "1", "-W", "60")).isEqualTo("got new\n");
        run("mosquitto_pub", "-t", "mosq/r", "-q", "1", "-r", "-n");
        try (Subscriber subscriber = new Subscriber("-t", "mosq/r")) {
            publish("mosq/r", "0", "got live");
            subscriber.awaitMessages("got live");
        }
    }

    @Test
    @DisplayName("mosquitto_sub: a second client of the same id takes over")
    void takeover_sameId_secondReceives() throws Exception {
        try (Subscriber first = new Subscriber("-i", "mosq-twin", "-t", "mosq/twin");
                Subscriber second = new Subscriber("-i", "mosq-twin", "-t", "mosq/twin/2")) {
            // A mosquitto_sub that was put out comes back after a second and takes over in its turn.
            first.kill();
            Awaitility.await().pollInterval(Duration.ofMillis(300)).untilAsserted(() -> {
                publish("mosq/twin/2", "0", "got second");
                assertThat(second.messages()).contains("got second");
            });
            publish("mosq/twin", "0", "got first");
            assertThat(first.messages()).isEmpty();
        }
    }

    @Test
    @DisplayName("five mosquitto_pub -q 2 to an offline mosquitto_sub -c survive a kill: five, once, in order")
    void offlineQueue_killed_allOnceInOrder() throws Exception {
        run("mosquitto_sub", "-c", "-i", "a", "-q", "2", "-t", "mosq/offline", "-E");
        for (int i = 1; i <= 5; i++) {
            publish("mosq/offline", "2", "got " + i);
        }
        BROKER.killAndRestart();
        String out = run("mosquitto_sub", "-c", "-i", "a", "-q", "2", "-t", "mosq/offline", "-C", "5", "-W", "60");
        assertThat(out).isEqualTo("got 1\ngot 2\ngot 3\ngot 4\ngot 5\n");
        publish("mosq/offline", "2", "got 6");
        assertThat(run("mosquitto_sub", "-c", "-i", "a", "-q", "2", "-t", "mosq/offline", "-C", "1", "-W", "60"))
                .isEqualTo("got 6\n");
    }
}
