// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code pub} and {@code sub} with our broker. */
class PubSubIT {
    @TempDir
    static Path folder;

    private static RunningBroker broker;
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        broker = RunningBroker.start(
                folder, "listeners.local.type=unix", "listeners.local.path=" + folder.resolve("mqtt.sock"));
        port = broker.port();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    /** A kept session with a subscription and nobody connected. */
    private static void subscribed(String id, String filter, String qos, String version) {
        VerbCall call = VerbCall.sub(port, "-V", version, "-c", "-i", id, "-q", qos, "-t", filter, "-E");
        assertThat(call.exitCode()).as(call.errors()).isZero();
    }

    private static void published(String... words) {
        VerbCall call = VerbCall.pub("", port, words);
        assertThat(call.exitCode()).as(call.errors()).isZero();
    }

    @ParameterizedTest(name = "version {0}, QoS {1}")
    @CsvSource({"311,1", "311,2", "5,1", "5,2", "31,1"})
    @DisplayName("S17 what is published while sub is away is printed once, in order, when it comes back with -c")
    void sub_keptSession_printsWhatWasQueued(String version, String qos) {
        String id = "kept-" + version + "-" + qos;
        subscribed(id, id + "/#", qos, version);
        String lines =
                String.join("\n", IntStream.range(0, 50).mapToObj(i -> "m" + i).toList());
        VerbCall pub = VerbCall.pub(lines, port, "-V", version, "-l", "-q", qos, "-t", id + "/a");
        assertThat(pub.exitCode()).as(pub.errors()).isZero();

        VerbCall first = VerbCall.sub(port, "-V", version, "-c", "-i", id, "-q", qos, "-t", id + "/#", "-C", "20");
        assertThat(first.exitCode()).isZero();
        VerbCall rest = VerbCall.sub(port, "-V", version, "-c", "-i", id, "-q", qos, "-t", id + "/#", "-C", "30");
        assertThat(rest.exitCode()).isZero();
        assertThat(first.text() + rest.text()).isEqualTo(lines + "\n");
    }

    @Test
    @DisplayName(
            "with --unix both come by the path of a socket; where nobody listens they say so, and host and port contradict it")
    void pubAndSub_unixSocket_served() {
        String socket = folder.resolve("mqtt.sock").toString();
        VerbCall first = VerbCall.sub(0, "--unix", socket, "-c", "-i", "local", "-q", "2", "-t", "local", "-E");
        assertThat(first.exitCode()).as(first.errors()).isZero();
        VerbCall pub = VerbCall.pub("", 0, "--unix", socket, "-q", "2", "-t", "local", "-m", "x");
        assertThat(pub.exitCode()).as(pub.errors()).isZero();
        VerbCall sub = VerbCall.sub(0, "--unix", socket, "-c", "-i", "local", "-q", "2", "-t", "local", "-C", "1");
        assertThat(sub.exitCode()).as(sub.errors()).isZero();
        assertThat(sub.lines()).containsExactly("x");
        VerbCall nobody = VerbCall.pub("", 0, "--unix", socket + "x", "-t", "local", "-m", "x");
        assertThat(nobody.exitCode()).isEqualTo(1);
        assertThat(nobody.errors()).contains("cannot connect to unix:" + socket + "x");
        VerbCall both = VerbCall.pub("", port, "--unix", socket, "-t", "local", "-m", "x");
        assertThat(both.exitCode()).isEqualTo(2);
    }

    @Test
    @DisplayName("payloads are bytes: from standard input as one message, printed as they are with -N")
    void pub_binaryPayload_arrivesUnchanged() throws IOException {
        byte[] payload = new byte[70_000];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) i;
        }
        Path file = Files.write(folder.resolve("payload"), payload);
        published("-t", "binary", "-r", "-f", file.toString());
        VerbCall sub = VerbCall.sub(port, "-t", "binary", "-N", "-C", "1");
        assertThat(sub.exitCode()).isZero();
        assertThat(sub.bytes()).isEqualTo(payload);

        VerbCall whole = VerbCall.pub("two\nlines", port, "-t", "whole", "-r", "-s");
        assertThat(whole.exitCode()).isZero();
        assertThat(VerbCall.sub(port, "-t", "whole", "-C", "1").exitCode()).isZero();
    }

    @Test
    @DisplayName("-T, -R, --retained-only and --remove-retained choose among messages; -n -r deletes one")
    void sub_retainedOptions_choose() {
        published("-t", "choice/a", "-m", "1", "-r", "-q", "1");
        published("-t", "choice/b", "-m", "2", "-r", "-q", "1");
        published("-t", "choice/c", "-m", "3", "-r", "-q", "1");
        VerbCall live = VerbCall.sub(port, "-t", "choice/#", "-R", "-C", "1", "-v");
        VerbCall retained = VerbCall.sub(port, "-t", "choice/#", "-T", "choice/b", "--retained-only", "-v");
        Awaitility.await().until(() -> retained.lines().size() == 2);
        Awaitility.await().until(() -> {
            published("-t", "choice/d", "-m", "live");
            return !live.isRunning() && !retained.isRunning();
        });
        assertThat(live.lines()).containsExactly("choice/d live");
        assertThat(retained.lines()).containsExactly("choice/a 1", "choice/c 3");

        published("-t", "choice/a", "-n", "-r");
        VerbCall removing =
                VerbCall.sub(port, "-t", "choice/#", "-q", "1", "--remove-retained", "-T", "choice/b", "-C", "1", "-v");
        assertThat(removing.exitCode()).as(removing.errors()).isZero();
        assertThat(removing.lines()).containsExactly("choice/c 3");
        VerbCall left = VerbCall.sub(port, "-t", "choice/#", "--json", "-C", "1");
        assertThat(left.exitCode()).isZero();
        assertThat(left.text()).contains("\"topic\":\"choice/b\"").contains("\"payload\":\"2\"");
    }

    @Test
    @DisplayName("MQTT 5 properties given with -D arrive and are printed by -F")
    void sub_format_printsProperties() {
        VerbCall sub = VerbCall.sub(
                port,
                "-t",
                "properties",
                "-q",
                "1",
                "-C",
                "1",
                "-D",
                "subscribe",
                "subscription-identifier",
                "9",
                "-F",
                "%t|%p|%q|%r|%l|%C|%E|%R|%D|%P|%S|%x|%5l|%-4q|%.2p|\\t|%%|@@",
                "-W",
                "60");
        Awaitility.await().until(() -> {
            published(
                    "-t",
                    "properties",
                    "-q",
                    "1",
                    "-m",
                    "hello",
                    "-D",
                    "publish",
                    "content-type",
                    "text/plain",
                    "-D",
                    "PUBLISH",
                    "user-property",
                    "key",
                    "a value",
                    "-D",
                    "publish",
                    "response-topic",
                    "back/here",
                    "-D",
                    "publish",
                    "correlation-data",
                    "c1");
            return !sub.isRunning();
        });
        assertThat(sub.text())
                .isEqualTo(
                        "properties|hello|1|0|5|text/plain||back/here|c1|key:a value|9|68656c6c6f|    5|1   |he|\t|%|@\n");
    }

    @Test
    @DisplayName("-U gives a subscription of the kept session up, without subscribing")
    void sub_unsubscribe_endsSubscription() {
        subscribed("leaver", "leave/#", "1", "5");
        VerbCall call = VerbCall.sub(port, "-c", "-i", "leaver", "-U", "leave/#");
        assertThat(call.exitCode()).as(call.errors()).isZero();
        published("-t", "leave/a", "-m", "unwanted", "-q", "1");
        VerbCall back = VerbCall.sub(port, "-c", "-i", "leaver", "-q", "1", "-t", "other", "-W", "1");
        assertThat(back.exitCode()).isEqualTo(27);
        assertThat(back.text()).isEmpty();
    }

    @Test
    @DisplayName("S19 a will given on the command line is published when the client dies")
    void sub_will_publishedWhenItDies() throws Exception {
        VerbCall watcher = VerbCall.sub(port, "-t", "wills/#", "-C", "1", "-v");
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        Awaitility.await().until(() -> {
            VerbCall dying = VerbCall.sub(
                    closed, port, "-t", "deadly", "--will-topic", "wills/x", "--will-payload", "gone", "-W", "60");
            Awaitility.await().until(() -> {
                published("-t", "deadly", "-m", "now");
                return !dying.isRunning();
            });
            assertThat(dying.exitCode()).isEqualTo(141);
            return !watcher.isRunning();
        });
        assertThat(watcher.text()).isEqualTo("wills/x gone\n");
    }

    @Test
    @DisplayName("what a closed pipe could not take is not acknowledged: the next run of a kept session prints it")
    void sub_brokenPipe_losesNothing() {
        subscribed("pipe", "pipe", "2", "5");
        published("-t", "pipe", "-q", "2", "-m", "precious");
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        assertThat(VerbCall.sub(closed, port, "-c", "-i", "pipe", "-q", "2", "-t", "pipe")
                        .exitCode())
                .isEqualTo(141);
        VerbCall next = VerbCall.sub(port, "-c", "-i", "pipe", "-q", "2", "-t", "pipe", "-C", "1");
        assertThat(next.exitCode()).isZero();
        assertThat(next.text()).isEqualTo("precious\n");
    }

    @Test
    @DisplayName("exit codes and sentences: nobody there, a name nobody has, the wrong options")
    void verbs_wrongUse_explained() {
        VerbCall nobody = VerbCall.pub("", 1, "-t", "a", "-m", "b");
        assertThat(nobody.exitCode()).isEqualTo(1);
        assertThat(nobody.errors()).contains("cannot connect to mqtt://127.0.0.1:1: connection refused");
        VerbCall nowhere = VerbCall.sub(0, "-h", "no-such-host.invalid", "-t", "a");
        assertThat(nowhere.exitCode()).isEqualTo(1);
        assertThat(nowhere.errors()).contains("no address is known for this name");
        for (List<String> words : List.of(
                List.of("-t", "a"),
                List.of("-t", "a/#", "-m", "x"),
                List.of("-m", "x"),
                List.of("-t", "a", "-m", "x", "-q", "3"),
                List.of("-t", "a", "-m", "x", "-n"),
                List.of("-t", "a", "-m", "x", "-c"),
                List.of("-t", "a", "-m", "x", "-k", "4"),
                List.of("-t", "a", "-m", "x", "-V", "4"),
                List.of("-t", "a", "-m", "x", "-V", "311", "-x", "5"),
                List.of("-t", "a", "-m", "x", "-D", "publish", "no-such", "1"),
                List.of("-t", "a", "-m", "x", "-D", "publish"),
                List.of("-t", "a", "-m", "x", "--will-retain"),
                List.of("-t", "a", "-m", "x", "-L", "http://localhost/"))) {
            VerbCall call = VerbCall.pub("", port, words.toArray(String[]::new));
            assertThat(call.exitCode()).as("%s: %s", words, call.errors()).isEqualTo(2);
            assertThat(call.errors()).isNotBlank();
        }
    }

    @Test
    @DisplayName("-L says all in one; a topic of the URL may hold wildcards")
    void sub_url_connects() {
        published("-t", "by/url", "-r", "-m", "there");
        VerbCall sub = VerbCall.sub(0, "-L", "mqtt://127.0.0.1:" + port + "/by/#", "-C", "1", "-v");
        assertThat(sub.exitCode()).as(sub.errors()).isZero();
        assertThat(sub.text()).isEqualTo("by/url there\n");
    }

    @Test
    @DisplayName(
            "an id without a session of its own leaves nothing behind, also in 3.1.1, where pub -l keeps one for its run")
    void pub_lines311_givesItsSessionUp() throws Exception {
        VerbCall pub = VerbCall.pub("a\nb\n", port, "-V", "311", "-i", "runner", "-l", "-q", "2", "-t", "t");
        assertThat(pub.exitCode()).as(pub.errors()).isZero();
        try (WireClient probe = broker.open()) {
            assertThat(probe.connect(WireClient.connectPacket("runner", false, null))
                            .sessionPresent())
                    .isFalse();
            probe.send(Disconnect.NORMAL);
        }
    }

    @Test
    @DisplayName("--repeat publishes the same message several times")
    void pub_repeat_publishesAgain() throws Exception {
        try (WireClient client = broker.connect("repeat-watcher", true)) {
            client.subscribe("repeat", QoS.AT_LEAST_ONCE);
            published("-t", "repeat", "-q", "1", "-m", "tick", "--repeat", "3", "--repeat-delay", "0.05");
            for (int i = 0; i < 3; i++) {
                Publish publish = client.expect(Publish.class);
                assertThat(new String(publish.payload(), StandardCharsets.UTF_8))
                        .isEqualTo("tick");
                client.send(new PubAck(publish.packetId()));
            }
        }
    }
}
