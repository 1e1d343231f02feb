// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.RequiresTool;
import io.holdfast.tools.blackbox.broker.Ports;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code pub} and {@code sub} with mosquitto's broker and beside mosquitto's own clients. */
@RequiresTool({"mosquitto_pub", "mosquitto_sub", "openssl"})
class MosquittoIT {
    @TempDir
    static Path folder;

    private static int port;
    private static int tlsPort;
    private static int webSocketPort;
    private static Process broker;

    @BeforeAll
    static void start() throws Exception {
        run(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
                "-keyout",
                "key.pem",
                "-out",
                "cert.pem");
        Files.writeString(folder.resolve("acl"), "topic readwrite open/#\ntopic readwrite lines\n");
        port = Ports.free();
        tlsPort = Ports.free();
        webSocketPort = Ports.free();
        Files.writeString(
                folder.resolve("mosquitto.conf"),
                String.join(
                        "\n",
                        "user root",
                        "allow_anonymous true",
                        "acl_file " + folder.resolve("acl"),
                        "listener " + port + " 127.0.0.1",
                        "listener " + webSocketPort + " 127.0.0.1",
                        "protocol websockets",
                        "listener " + tlsPort + " 127.0.0.1",
                        "certfile " + folder.resolve("cert.pem"),
                        "keyfile " + folder.resolve("key.pem"),
                        ""));
        broker = new ProcessBuilder(
                        "mosquitto", "-c", folder.resolve("mosquitto.conf").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        Awaitility.await().ignoreExceptions().until(() -> {
            new Socket(InetAddress.getLoopbackAddress(), tlsPort).close();
            return true;
        });
    }

    @AfterAll
    static void stop() {
        broker.destroyForcibly();
    }

    private static String run(String... line) throws Exception {
        Process process = new ProcessBuilder(line)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(String.join(" ", line)).isZero();
        return out;
    }

    private static String mosquittoPub(String... words) throws Exception {
        List<String> line = new ArrayList<>(List.of("mosquitto_pub", "-h", "127.0.0.1", "-p", Integer.toString(port)));
        line.addAll(List.of(words));
        return run(line.toArray(String[]::new));
    }

    @Test
    @DisplayName("-F and --json print what mosquitto_sub prints")
    void sub_formats_likeMosquitto() throws Exception {
        String format = "%t|%p|%q|%r|%l|%m|%C|%E|%F|%R|%D|%P|%S|%x|%X|%10t|%-10t|%05l|%%|\\t\\\\|@Y-@m-@d";
        mosquittoPub(
                "-V",
                "5",
                "-t",
                "open/a",
                "-r",
                "-q",
                "1",
                "-m",
                "{\"x\":\"y\"}",
                "-D",
                "publish",
                "content-type",
                "text/json",
                "-D",
                "publish",
                "user-property",
                "k",
                "v",
                "-D",
                "publish",
                "correlation-data",
                "abc",
                "-D",
                "publish",
                "response-topic",
                "r/t",
                "-D",
                "publish",
                "payload-format-indicator",
                "1");
        for (String[] extra : new String[][] {{"-F", format}, {"-F", "%j"}, {"-F", "%J"}, {"-v"}, {"-N"}}) {
            List<String> words = new ArrayList<>(List.of(
                    "-V",
                    "5",
                    "-t",
                    "open/a",
                    "-q",
                    "1",
                    "-C",
                    "1",
                    "-D",
                    "subscribe",
                    "subscription-identifier",
                    "3"));
            words.addAll(List.of(extra));
            List<String> line =
                    new ArrayList<>(List.of("mosquitto_sub", "-h", "127.0.0.1", "-p", Integer.toString(port)));
            line.addAll(words);
            LocalDate day;
            String theirs;
            VerbCall ours;
            do { // The format has the date in it: both on the same day.
                day = LocalDate.now(ZoneId.systemDefault());
                theirs = run(line.toArray(String[]::new));
                ours = VerbCall.sub(port, words.toArray(String[]::new));
                assertThat(ours.exitCode()).as(ours.errors()).isZero();
            } while (!day.equals(LocalDate.now(ZoneId.systemDefault())));
            assertThat(timeless(ours.text())).isEqualTo(timeless(theirs));
        }
    }

    /** Fields of an object are not in an order, and the time goes on. */
    private static Object timeless(String text) {
        String same = text.replaceAll("\"tst\":\"[^\"]*\"", "\"tst\":0");
        return same.startsWith("{\"tst\"")
                ? List.of(same.replaceAll("[{}]", ",").split(",", -1)).stream()
                        .sorted()
                        .toList()
                : same;
    }

    @Test
    @DisplayName("QoS 2 lines reach mosquitto's clients, and theirs reach ours, over TCP, WebSocket and TLS")
    void pub_allTransports_delivered() throws Exception {
        String ca = folder.resolve("cert.pem").toString();
        VerbCall sub = VerbCall.sub(0, "-L", "wss://localhost:1/mqtt", "-t", "open/#", "--cafile", ca);
        assertThat(sub.exitCode()).isEqualTo(1);
        VerbCall webSocket = VerbCall.sub(
                0, "-L", "ws://localhost:" + webSocketPort + "/mqtt", "-t", "open/b", "-q", "2", "-C", "4");
        VerbCall tls = VerbCall.sub(
                0,
                "-h",
                "localhost",
                "-p",
                Integer.toString(tlsPort),
                "--cafile",
                ca,
                "-t",
                "open/b",
                "-q",
                "1",
                "-C",
                "4");
        Awaitility.await().until(() -> {
            mosquittoPub("-t", "open/b", "-q", "2", "-m", "theirs", "-r");
            return !webSocket.text().isEmpty() && !tls.text().isEmpty();
        });
        Awaitility.await().until(() -> {
            VerbCall pub = VerbCall.pub(
                    "ours", 0, "-L", "mqtts://localhost:" + tlsPort + "/open/b", "--cafile", ca, "-l", "-q", "2");
            assertThat(pub.exitCode()).as(pub.errors()).isZero();
            return !webSocket.isRunning() && !tls.isRunning();
        });
        assertThat(webSocket.lines()).hasSize(4).contains("theirs");
        assertThat(tls.lines()).hasSize(4).contains("theirs");
    }

    @Test
    @DisplayName(
            "a certificate that nobody vouches for, or that is for another name, is refused; --insecure drops the name only")
    void tls_wrongCertificate_refused() {
        String ca = folder.resolve("cert.pem").toString();
        VerbCall unknown = VerbCall.pub("", 0, "-L", "mqtts://localhost:" + tlsPort + "/open/x", "-m", "x");
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.errors()).contains("PKIX path building failed");
        VerbCall otherName =
                VerbCall.pub("", 0, "-L", "mqtts://127.0.0.1:" + tlsPort + "/open/x", "-m", "x", "--cafile", ca);
        assertThat(otherName.exitCode()).isEqualTo(1);
        VerbCall insecure = VerbCall.pub(
                "", 0, "-L", "mqtts://127.0.0.1:" + tlsPort + "/open/x", "-m", "x", "--cafile", ca, "--insecure");
        assertThat(insecure.exitCode()).as(insecure.errors()).isZero();
    }

    @Test
    @DisplayName("a message that an ACL forbids is told by name and code, and the exit code is 1")
    void pub_denied_explained() {
        VerbCall pub = VerbCall.pub("", port, "-t", "secret", "-m", "x", "-q", "1");
        assertThat(pub.exitCode()).isEqualTo(1);
        assertThat(pub.errors()).contains("not authorized (0x87)");
        assertThat(VerbCall.pub("", port, "-t", "open/ok", "-m", "x", "-q", "1").exitCode())
                .isZero();
    }
}
