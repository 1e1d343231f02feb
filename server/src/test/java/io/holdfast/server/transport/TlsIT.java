// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.testkit.RequiresTool;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.testkit.Certificates;
import io.holdfast.server.testkit.LogLines;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener that speaks TLS: who comes in, who does not, and what strangers cannot do (T38). */
class TlsIT {
    @TempDir
    Path folder;

    private Certificates certificates;
    private Path certificate;
    private Path key;

    @BeforeEach
    void makeCertificates() throws Exception {
        certificates = Certificates.in(folder);
        X509Bundle server = certificates.server();
        certificate = certificates.certificateFile("server", server);
        key = certificates.keyFile("server", server);
    }

    private RunningBroker start(String... settings) throws Exception {
        String[] tls = {
            "listeners.safe.type=tls",
            "listeners.safe.port=0",
            "listeners.safe.tls.handshake-timeout=1m",
            "listeners.safe.tls.certificate=" + certificate,
            "listeners.safe.tls.private-key=" + key
        };
        return RunningBroker.start(
                folder.resolve("data"),
                Stream.concat(Arrays.stream(tls), Arrays.stream(settings)).toArray(String[]::new));
    }

    private RunningBroker startAsking(String... settings) throws Exception {
        String[] asking = {
            "listeners.safe.tls.client-ca=" + certificates.authorityFile(),
            "listeners.safe.tls.client-certificates=required"
        };
        return start(
                Stream.concat(Arrays.stream(asking), Arrays.stream(settings)).toArray(String[]::new));
    }

    private static int port(RunningBroker broker) {
        return broker.broker().listeners().get(1).addresses().get(0).getPort();
    }

    private static WireClient open(SSLContext tls, RunningBroker broker, String... protocols) throws IOException {
        return new WireClient(Certificates.connect(tls, port(broker), protocols), ProtocolVersion.MQTT_5);
    }

    private static Socket plain(RunningBroker broker) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(broker));
        socket.setSoTimeout(60_000);
        return socket;
    }

    private static long failures(RunningBroker broker) {
        return broker.broker().counters().sum(BrokerCounter.TLS_HANDSHAKES_FAILED);
    }

    private void assertRefused(SSLContext tls, RunningBroker broker) {
        long before = failures(broker);
        assertThatThrownBy(() -> {
                    try (WireClient client = open(tls, broker)) {
                        client.connect("stranger", true); // With TLS 1.3 the client learns of it here.
                    }
                })
                .isInstanceOfAny(IOException.class, AssertionError.class);
        await().untilAsserted(() -> assertThat(failures(broker)).isEqualTo(before + 1));
        await().until(() -> broker.broker().listeners().get(1).openConnections() == 0);
    }

    private static void assertServes(SSLContext tls, RunningBroker broker) throws IOException {
        try (WireClient canary = open(tls, broker)) {
            canary.connect("canary", true);
            canary.send(PingReq.INSTANCE);
            canary.expect(PingResp.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2, jdk", "TLSv1.3, jdk", "TLSv1.2, boringssl", "TLSv1.3, boringssl"})
    @DisplayName("messages of all sizes pass a TLS listener both ways, and a goodbye ends the connection on both sides")
    void tls_messages_passBothWays(String protocol, String provider) throws Exception {
        try (RunningBroker broker = start("listeners.safe.tls.provider=" + provider);
                WireClient client = open(certificates.tls(null), broker, protocol)) {
            client.connect("c", true);
            client.subscribe("a", QoS.EXACTLY_ONCE);
            for (int bytes : new int[] {0, 1, 16_384, 70_000, 1_500_000}) {
                byte[] payload = new byte[bytes];
                Arrays.fill(payload, (byte) bytes);
                client.send(WireClient.publish("a", payload, QoS.AT_MOST_ONCE, 0));
                assertThat(client.expect(Publish.class).payload()).isEqualTo(payload);
            }
            client.send(Disconnect.NORMAL);
            assertThat(client.isClosedNext()).isTrue();
        }
    }

    @Test
    @DisplayName("T38 a protocol below the floor, or one that is turned off, is refused")
    void tls_oldProtocol_refused() throws Exception {
        SSLContext tls = certificates.tls(null);
        try (RunningBroker broker = start("listeners.safe.tls.protocols=TLSv1.3")) {
            assertThatThrownBy(() -> open(tls, broker, "TLSv1.2")).isInstanceOf(IOException.class);
            await().until(() -> failures(broker) == 1);
            assertServes(tls, broker);
        }
        assertThatThrownBy(() -> start("listeners.safe.tls.protocols=TLSv1.1,TLSv1.2"))
                .hasMessageContaining("must be TLSv1.3, TLSv1.2 or both");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdk", "boringssl"})
    @DisplayName(
            "T38 without a certificate, with a foreign one or an expired one nobody comes in where one is required")
    void tls_clientCertificate_onlyGoodOnesComeIn(String provider) throws Exception {
        Certificates foreign = Certificates.in(Files.createDirectory(folder.resolve("foreign")));
        try (RunningBroker broker = startAsking("listeners.safe.tls.provider=" + provider)) {
            assertRefused(certificates.tls(null), broker);
            assertRefused(certificates.tls(foreign.client("CN=who")), broker);
            assertRefused(certificates.tls(certificates.client("CN=who", Duration.ofDays(-1))), broker);
            assertServes(certificates.tls(certificates.client("CN=who")), broker);
        }
    }

    @Test
    @DisplayName("T38 a certificate that is its own authority does not outlive its time")
    void tls_expiredPinnedCertificate_refused() throws Exception {
        X509Bundle expired = certificates.client("CN=pinned", Duration.ofDays(-1));
        Path both = folder.resolve("both.pem");
        Files.writeString(both, expired.getCertificatePEM() + Files.readString(certificates.authorityFile()));
        try (RunningBroker broker = startAsking("listeners.safe.tls.client-ca=" + both)) {
            assertRefused(certificates.tls(expired), broker);
        }
    }

    @Test
    @DisplayName("T38 where certificates are optional a foreign one is refused, and none is no obstacle")
    void tls_optionalCertificate_goodOrNone() throws Exception {
        Certificates foreign = Certificates.in(Files.createDirectory(folder.resolve("foreign")));
        try (RunningBroker broker = startAsking(
                "listeners.safe.tls.client-certificates=optional", "listeners.safe.tls.user-from=subject-cn")) {
            assertServes(certificates.tls(null), broker);
            assertServes(certificates.tls(certificates.client("CN=who")), broker);
            assertRefused(certificates.tls(foreign.client("CN=who")), broker);
            assertRefused(certificates.tls(certificates.client("O=nobody")), broker);
        }
    }

    @Test
    @DisplayName("the user of a client certificate is the client's user")
    void tls_userFromCertificate_isTheUser() throws Exception {
        try (LogLines log = new LogLines(Connections.class.getName(), Level.DEBUG);
                RunningBroker broker = startAsking("listeners.safe.tls.user-from=subject-cn");
                WireClient client = open(certificates.tls(certificates.client("CN=meter-1,O=works")), broker)) {
            client.connect("c", true);
            log.await("client \"c\" of user \"meter-1\" from 127[.]0[.]0[.]1:.* at safe connected.*");
        }
    }

    @Test
    @RequiresTool({"mosquitto_pub", "mosquitto_sub"})
    @DisplayName("mosquitto's clients come in with their certificate, and hear each other")
    void tls_mosquittoClients_heard() throws Exception {
        X509Bundle shown = certificates.client("CN=mosquitto");
        List<String> options = List.of(
                "-h",
                "localhost",
                "--cafile",
                certificates.authorityFile().toString(),
                "--cert",
                certificates.certificateFile("shown", shown).toString(),
                "--key",
                certificates.keyFile("shown", shown).toString(),
                "-t",
                "a",
                "-q",
                "1");
        try (RunningBroker broker = startAsking()) {
            List<String> port = List.of("-p", Integer.toString(port(broker)));
            Process published = mosquitto("mosquitto_pub", options, port, List.of("-r", "-m", "over TLS"));
            assertThat(published.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(new String(published.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEmpty();
            Process subscribed = mosquitto("mosquitto_sub", options, port, List.of("-C", "1", "-W", "60"));
            assertThat(new String(subscribed.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("over TLS\n");
        }
    }

    @SafeVarargs
    private static Process mosquitto(String program, List<String>... options) throws IOException {
        List<String> line = new ArrayList<>(List.of(program));
        for (List<String> some : options) {
            line.addAll(some);
        }
        return new ProcessBuilder(line).redirectErrorStream(true).start();
    }

    @Test
    @DisplayName("T38 a handshake that does not end is ended by the listener's time limit, whatever trickles in")
    void tls_halfHandshake_timesOut() throws Exception {
        try (RunningBroker broker = start("listeners.safe.tls.handshake-timeout=500ms");
                Socket silent = plain(broker);
                Socket half = plain(broker)) {
            half.getOutputStream().write(new byte[] {22, 3, 1, 0, 100, 1});
            assertThat(silent.getInputStream().read()).isNegative();
            assertThat(half.getInputStream().read()).isNegative();
            await().untilAsserted(() -> assertThat(failures(broker)).isEqualTo(2));
        }
    }

    @Test
    @DisplayName("T38 half handshakes up to the limit keep nobody out: after a second the oldest gives way")
    void tls_manyHalfHandshakes_newcomersComeIn() throws Exception {
        List<Socket> half = new ArrayList<>();
        // Four event loops: two handshakes each.
        try (RunningBroker broker =
                start("listeners.safe.tls.handshakes-max=8", "listeners.safe.tls.handshake-timeout=1m")) {
            for (int i = 0; i < 40; i++) {
                half.add(plain(broker));
            }
            await().until(() -> failures(broker) == 32);
            await().until(() -> broker.broker().listeners().get(1).openConnections() == 8);
            SSLContext tls = certificates.tls(null);
            await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> assertServes(tls, broker));
            await().until(() -> broker.broker().listeners().get(1).openConnections() <= 8);
        } finally {
            for (Socket socket : half) {
                socket.close();
            }
        }
    }

    @Test
    @DisplayName("T38 a client that negotiates again on a connection loses it")
    void tls_renegotiation_refused() throws Exception {
        SSLContext tls = certificates.tls(null);
        try (RunningBroker broker = start();
                SSLSocket socket = Certificates.connect(tls, port(broker), "TLSv1.2");
                WireClient client = new WireClient(socket, ProtocolVersion.MQTT_5)) {
            client.connect("again", true);
            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        socket.getOutputStream().write(WireClient.bytes(PingReq.INSTANCE));
                        assertThat(client.next()).as("an answer").isNull();
                        throw new IOException("closed");
                    })
                    .isInstanceOf(IOException.class);
            await().until(() -> broker.broker().openConnections() == 0);
            assertServes(tls, broker);
        }
    }

    @Test
    @DisplayName("T38 a server name that is none, and bytes that are no TLS, cost their connection and nothing else")
    void tls_junk_closed() throws Exception {
        SSLContext tls = certificates.tls(null);
        try (RunningBroker broker = start()) {
            for (byte[] name : List.of(
                    new byte[0], new byte[] {0, -1, 10}, "a".repeat(60_000).getBytes(StandardCharsets.US_ASCII))) {
                try (SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(plain(broker), null, 0, true)) {
                    SSLParameters parameters = socket.getSSLParameters();
                    parameters.setServerNames(List.of(new SNIServerName(0, name) {}));
                    socket.setSSLParameters(parameters);
                    socket.startHandshake();
                } catch (IOException e) {
                    assertThat(e).isNotInstanceOf(java.net.SocketTimeoutException.class);
                }
            }
            try (Socket junk = plain(broker)) {
                junk.getOutputStream().write(WireClient.bytes(WireClient.connectPacket("plain", true, null)));
                assertThat(junk.getInputStream().readAllBytes().length).isLessThan(64);
            }
            await().until(() -> broker.broker().openConnections() == 0);
            assertServes(tls, broker);
        }
    }
}
