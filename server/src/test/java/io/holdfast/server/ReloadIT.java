// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.testkit.Certificates;
import io.holdfast.server.testkit.Passwords;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Settings and certificates that are read again while the broker runs. */
class ReloadIT {
    private static final Logger HOLDFAST = (Logger) LoggerFactory.getLogger("io.holdfast");
    private static final int CLIENTS = 5;

    @TempDir
    Path folder;

    /** Other threads go on writing while a test reads. */
    private final List<ILoggingEvent> lines = new CopyOnWriteArrayList<>();

    private final AppenderBase<ILoggingEvent> listener = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event);
        }
    };
    private final Level level = HOLDFAST.getLevel();
    private Path file;

    @BeforeEach
    void listen() {
        file = folder.resolve("broker.conf");
        listener.start();
        HOLDFAST.addAppender(listener);
    }

    @AfterEach
    void restore() {
        HOLDFAST.setLevel(level);
        HOLDFAST.detachAppender(listener);
    }

    private ConfigReader reader() throws ConfigurationException {
        return RunningBroker.settings(folder.resolve("data")).file(file);
    }

    private RunningBroker start(String... settings) throws IOException, ConfigurationException {
        write(settings);
        return RunningBroker.start(reader());
    }

    private void write(String... settings) throws IOException {
        Files.write(file, List.of(settings));
    }

    private boolean reload(RunningBroker broker, String... settings) throws IOException {
        write(settings);
        return broker.broker().reload(this::reader);
    }

    private String lastLine() {
        List<String> said = lines.stream()
                .filter(event -> event.getLoggerName().equals(Broker.class.getName()))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
        return said.get(said.size() - 1);
    }

    @Test
    @DisplayName("limits change for clients that are there and for new ones; what cannot change is named and stays")
    void reload_limits_inForceAtOnce() throws Exception {
        try (RunningBroker broker = start("session.subscriptions-max = 1");
                WireClient client = broker.connect("c", true)) {
            assertThat(client.subscribe("a", QoS.AT_MOST_ONCE).reasonCodes()).containsExactly(ReasonCode.SUCCESS);
            assertThat(client.subscribe("b", QoS.AT_MOST_ONCE).reasonCodes()).allMatch(ReasonCode::isFailure);
            int port = broker.port();
            assertThat(reload(
                            broker,
                            "session { subscriptions-max = 2, inbound-max = 1 }",
                            "connections-max = 2",
                            "sys-interval = 1 m",
                            "listeners { tcp.connections-max = 3, more { port = 1 } }",
                            "log-level = warn"))
                    .isTrue();
            assertThat(lastLine())
                    .isEqualTo("the configuration was read again; changed: connections-max,"
                            + " listeners.tcp.connections-max, log-level, session.subscriptions-max; cannot change before"
                            + " the next start: listeners.more, session.inbound-max, sys-interval");
            assertThat(client.subscribe("b", QoS.AT_MOST_ONCE).reasonCodes()).containsExactly(ReasonCode.SUCCESS);
            assertThat(HOLDFAST.getLevel()).isEqualTo(Level.WARN);
            assertThat(broker.broker().listeners()).hasSize(1);
            assertThat(broker.port()).isEqualTo(port);
            try (WireClient second = broker.connect("d", true);
                    WireClient third = broker.open()) {
                assertThat(third.isClosedNext()).isTrue();
                second.subscribe("a", QoS.AT_MOST_ONCE);
            }
        }
    }

    @Test
    @DisplayName("limits that were read again outlive a failure of the store")
    void reload_thenFailedInstance_limitsStay() throws Exception {
        try (RunningBroker broker = start()) {
            assertThat(reload(broker, "session.subscriptions-max = 1")).isTrue();
            broker.broker().failInstance(new IllegalStateException("test"));
            await().ignoreExceptions().untilAsserted(() -> {
                try (WireClient client = broker.connect("c", true)) {
                    client.subscribe("a", QoS.AT_MOST_ONCE);
                    assertThat(client.subscribe("b", QoS.AT_MOST_ONCE).reasonCodes())
                            .allMatch(ReasonCode::isFailure);
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "session.subscriptions-max = 0",
                "sesion.subscriptions-max = 5",
                "session { ",
                "log-level = loud",
                "listeners.tcp.bind = 0.0.0.0",
                "listeners.x { type = tls, port = 0 }"
            })
    @DisplayName("T33 a file that is wrong changes nothing, and the log says why")
    void reload_wrongFile_everythingStays(String wrong) throws Exception {
        try (RunningBroker broker = start("session.subscriptions-max = 1");
                WireClient client = broker.connect("c", true)) {
            client.subscribe("a", QoS.AT_MOST_ONCE);
            assertThat(reload(broker, "connections-max = 1", wrong)).isFalse();
            assertThat(lastLine()).startsWith("the configuration was read again and refused, everything stays");
            assertThat(client.subscribe("b", QoS.AT_MOST_ONCE).reasonCodes()).allMatch(ReasonCode::isFailure);
            broker.connect("d", true).close();
            Files.delete(file);
            assertThat(broker.broker().reload(this::reader)).isFalse();
            assertThat(reload(broker, "session.subscriptions-max = 2")).isTrue();
            assertThat(client.subscribe("b", QoS.AT_MOST_ONCE).reasonCodes()).containsExactly(ReasonCode.SUCCESS);
        }
    }

    // ---- certificates

    private static String tls(Path certificate, Path key) {
        return "listeners.safe { type = tls, port = 0, tls { handshake-timeout = 1 m, certificate = " + certificate
                + ", private-key = " + key + " } }";
    }

    private static int port(RunningBroker broker) {
        return broker.broker().listeners().get(1).addresses().get(0).getPort();
    }

    private static BigInteger serial(SSLContext tls, RunningBroker broker) throws IOException {
        try (SSLSocket socket = Certificates.connect(tls, port(broker))) {
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
        }
    }

    @Test
    @DisplayName("T33 empty, foreign and expired certificate files are refused at a reload, the old ones go on")
    void reload_wrongCertificate_oldOneGoesOn() throws Exception {
        Certificates certificates = Certificates.in(folder);
        X509Bundle first = certificates.server();
        Path certificate = certificates.certificateFile("server", first);
        Path key = certificates.keyFile("server", first);
        String settings = tls(certificate, key);
        try (RunningBroker broker = start(settings)) {
            Files.writeString(certificate, "");
            assertThat(reload(broker, settings, "connections-max = 1")).isFalse();
            assertThat(lastLine()).contains("listeners.safe.tls.certificate (" + certificate + ") is empty");
            certificates.certificateFile("server", certificates.server());
            assertThat(reload(broker, settings)).isFalse();
            assertThat(lastLine()).contains("is not the key of the certificate");
            SSLContext tls = certificates.tls(null);
            assertThat(serial(tls, broker)).isEqualTo(first.getCertificate().getSerialNumber());
            X509Bundle second = certificates.server();
            certificates.certificateFile("server", second);
            certificates.keyFile("server", second);
            assertThat(reload(broker, settings)).isTrue();
            assertThat(serial(tls, broker)).isEqualTo(second.getCertificate().getSerialNumber());
        }
    }

    @Test
    @DisplayName("T33 a reload is whole or nothing: good certificates wait while the password file is wrong")
    void reload_oneFileWrong_noOtherInForce() throws Exception {
        Certificates certificates = Certificates.in(folder);
        X509Bundle first = certificates.server();
        Path passwords = Passwords.write(folder.resolve("passwords"), "ada");
        String[] settings = {
            tls(certificates.certificateFile("server", first), certificates.keyFile("server", first)),
            "access.password-file = " + passwords
        };
        try (RunningBroker broker = start(settings)) {
            X509Bundle second = certificates.server();
            certificates.certificateFile("server", second);
            certificates.keyFile("server", second);
            Files.writeString(passwords, "ada:\n");
            assertThat(reload(broker, settings)).isFalse();
            SSLContext tls = certificates.tls(null);
            assertThat(serial(tls, broker)).isEqualTo(first.getCertificate().getSerialNumber());
            Files.delete(passwords);
            Passwords.write(passwords, "ada");
            assertThat(reload(broker, settings)).isTrue();
            assertThat(serial(tls, broker)).isEqualTo(second.getCertificate().getSerialNumber());
        }
    }

    @Test
    @DisplayName("T32 a reload ends the connections of those whose account has gone")
    void reload_accountGone_disconnected() throws Exception {
        Path passwords = Passwords.write(folder.resolve("passwords"), "ada", "bob");
        String setting = "access.password-file = " + passwords;
        try (RunningBroker broker = start(setting);
                WireClient bob = Passwords.connected(broker, "bob", "b")) {
            Files.delete(passwords);
            Passwords.write(passwords, "ada");
            assertThat(reload(broker, setting)).isTrue();
            assertThat(bob.expect(Disconnect.class).reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    @DisplayName("T38 certificates swapped under load: no connection is lost, new ones see the new certificate")
    void reload_certificatesUnderLoad_nobodyIsLost() throws Exception {
        Certificates certificates = Certificates.in(folder);
        X509Bundle first = certificates.server();
        String settings = tls(certificates.certificateFile("server", first), certificates.keyFile("server", first));
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger acknowledged = new AtomicInteger();
        AtomicInteger arrived = new AtomicInteger();
        List<CompletableFuture<Void>> clients = new ArrayList<>();
        // A thread for each, on a machine of any number of cores.
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try (RunningBroker broker = start(settings, "store.durability = os")) {
            for (int i = 1; i < CLIENTS; i++) {
                String name = "stays-" + i;
                clients.add(CompletableFuture.runAsync(
                        () -> publish(certificates, broker, name, over, acknowledged), threads));
            }
            clients.add(CompletableFuture.runAsync(() -> comeAndGo(certificates, broker, over, arrived), threads));
            BigInteger last = BigInteger.ZERO;
            for (int swap = 0; swap < 5; swap++) {
                int before = acknowledged.get();
                int came = arrived.get();
                X509Bundle next = certificates.server();
                certificates.certificateFile("server", next);
                certificates.keyFile("server", next);
                assertThat(reload(broker, settings, "store.durability = os")).isTrue();
                last = next.getCertificate().getSerialNumber();
                await().until(() -> acknowledged.get() > before + 100 && arrived.get() > came + 1);
            }
            assertThat(serial(certificates.tls(null), broker)).isEqualTo(last);
            over.set(true);
            for (CompletableFuture<Void> client : clients) {
                client.get(); // throws what it has seen
            }
        } finally {
            over.set(true);
            threads.shutdown();
        }
    }

    private static WireClient open(Certificates certificates, RunningBroker broker) throws Exception {
        return new WireClient(Certificates.connect(certificates.tls(null), port(broker)), ProtocolVersion.MQTT_5);
    }

    /** One connection for all the time, always busy. */
    private static void publish(
            Certificates certificates, RunningBroker broker, String name, AtomicBoolean over, AtomicInteger count) {
        try (WireClient client = open(certificates, broker)) {
            client.connect(name, true);
            while (!over.get()) {
                client.send(WireClient.publish("load", "x", QoS.AT_LEAST_ONCE, 1));
                client.expect(PubAck.class);
                count.incrementAndGet();
            }
        } catch (Exception e) {
            throw new AssertionError(name + " was lost", e);
        }
    }

    /** Connects again and again: some of its handshakes meet a swap. */
    private static void comeAndGo(
            Certificates certificates, RunningBroker broker, AtomicBoolean over, AtomicInteger count) {
        while (!over.get()) {
            try (WireClient client = open(certificates, broker)) {
                client.connect("comes-and-goes", true);
                count.incrementAndGet();
            } catch (Exception e) {
                throw new AssertionError("could not come in", e);
            }
        }
    }
}
