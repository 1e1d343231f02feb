// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.server.ConfigReader;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.testkit.Certificates;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients whose certificate its authority has revoked. */
class RevokedCertificateIT {
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    Path folder;

    private Certificates certificates;
    private Path certificate;
    private Path key;
    private Path authorities;

    @BeforeEach
    void makeCertificates() throws Exception {
        certificates = Certificates.in(folder);
        X509Bundle server = certificates.server();
        certificate = certificates.certificateFile("server", server);
        key = certificates.keyFile("server", server);
        authorities = certificates.authorityFile();
    }

    private ConfigReader settings(Path lists, String provider) throws ConfigurationException {
        String tls = "listeners.safe.tls.";
        return RunningBroker.settings(folder.resolve("data"))
                .set("listeners.safe.type=tls")
                .set("listeners.safe.port=0")
                .set(tls + "handshake-timeout=1m")
                .set(tls + "certificate=" + certificate)
                .set(tls + "private-key=" + key)
                .set(tls + "client-ca=" + authorities)
                .set(tls + "client-certificates=required")
                .set(tls + "provider=" + provider)
                .set(tls + "crl=" + lists);
    }

    private static WireClient open(SSLContext tls, RunningBroker broker) throws IOException {
        int port = broker.broker().listeners().get(1).addresses().get(0).getPort();
        return new WireClient(Certificates.connect(tls, port), ProtocolVersion.MQTT_5);
    }

    private static void assertServed(SSLContext tls, RunningBroker broker) throws IOException {
        try (WireClient client = open(tls, broker)) {
            client.connect("served", true);
        }
    }

    private static void assertRefused(SSLContext tls, RunningBroker broker) {
        assertThatThrownBy(() -> assertServed(tls, broker)).isInstanceOfAny(IOException.class, AssertionError.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdk", "boringssl"})
    @DisplayName("a revoked certificate is refused, by a list that was read again too; who is connected stays")
    void tls_revoked_refusedFromTheListOn(String provider) throws Exception {
        X509Bundle early = certificates.client("CN=early");
        X509Bundle late = certificates.client("CN=late");
        SSLContext lateTls = certificates.tls(late);
        Path list = certificates.revocationFile("list", DAY, early);
        try (RunningBroker broker = RunningBroker.start(settings(list, provider));
                WireClient stays = open(lateTls, broker)) {
            stays.connect("stays", true);
            assertRefused(certificates.tls(early), broker);
            assertServed(lateTls, broker);
            assertRefused(certificates.tls(certificates.clientOfSubordinate("CN=unknown")), broker);
            certificates.revocationFile("list", DAY, early, late);
            assertThat(broker.broker().reload(() -> settings(list, provider))).isTrue();
            assertRefused(lateTls, broker);
            assertServed(certificates.tls(certificates.client("CN=third")), broker);
            stays.send(PingReq.INSTANCE);
            stays.expect(PingResp.class);
        }
    }

    @Test
    @DisplayName(
            "T33 a list that is missing, out of date or another authority's is refused, and the old one stays in force")
    void tls_wrongList_refused() throws Exception {
        X509Bundle revoked = certificates.client("CN=revoked");
        Path list = certificates.revocationFile("list", DAY, revoked);
        try (RunningBroker broker = RunningBroker.start(settings(list, "jdk"))) {
            certificates.revocationFile("list", Duration.ofDays(-1));
            assertThat(broker.broker().reload(() -> settings(list, "jdk"))).isFalse();
            assertRefused(certificates.tls(revoked), broker);
            assertServed(certificates.tls(certificates.client("CN=good")), broker);
        }
        assertNoStart(list, "listeners.safe.tls.crl (" + list + ") has a revocation list", "went out of date at");
        Path other =
                Certificates.in(Files.createDirectory(folder.resolve("other"))).revocationFile("list", DAY);
        assertNoStart(other, "has no revocation list of 'CN=authority " + folder.getFileName());
        Path namesake = Files.createDirectories(folder.resolve("deeper").resolve(folder.getFileName()));
        assertNoStart(Certificates.in(namesake).revocationFile("list", DAY), "that somebody else has signed");
        assertNoStart(certificate, "has no revocation list in it");
    }

    private void assertNoStart(Path lists, String... sentence) {
        assertThatThrownBy(() -> RunningBroker.start(settings(lists, "jdk")))
                .isInstanceOf(IOException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(sentence).doesNotContain("\n"));
    }
}
