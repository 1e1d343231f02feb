// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.server.testkit.Certificates;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with an operator's files, in sentences; and who a certificate says it is. */
class TlsTest {
    @TempDir
    Path folder;

    private Certificates certificates;
    private X509Bundle server;
    private Path certificate;
    private Path key;

    @BeforeEach
    void makeCertificates() throws Exception {
        certificates = Certificates.in(folder);
        server = certificates.server();
        certificate = certificates.certificateFile("server", server);
        key = certificates.keyFile("server", server);
    }

    private static TlsConfig config(Path certificate, Path key, Path authorities, List<String> ciphers) {
        return new TlsConfig(
                certificate,
                key,
                authorities,
                null,
                authorities == null ? TlsConfig.ClientCertificates.NONE : TlsConfig.ClientCertificates.REQUIRED,
                TlsConfig.UserFrom.NONE,
                List.of("TLSv1.2", "TLSv1.3"),
                ciphers,
                TlsConfig.Provider.JDK,
                Duration.ofSeconds(10),
                100);
    }

    private void assertRefused(TlsConfig config, String... sentence) {
        assertThatThrownBy(() -> Tls.load("safe", config))
                .isInstanceOf(TlsException.class)
                .hasMessageStartingWith("listeners.safe.tls.")
                .satisfies(e -> assertThat(e.getMessage()).contains(sentence).doesNotContain("\n"));
    }

    private Path file(String name, String text) throws Exception {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    @DisplayName(
            "T33 a certificate that is missing, empty, no PEM, damaged, without a certificate or expired is refused")
    void load_wrongCertificate_refused() throws Exception {
        Path none = folder.resolve("none.crt");
        assertRefused(config(none, key, null, List.of()), "tls.certificate (" + none, "does not exist");
        assertRefused(config(folder, key, null, List.of()), "cannot be read");
        assertRefused(config(file("empty.crt", " \n"), key, null, List.of()), "is empty");
        assertRefused(config(file("text.crt", "my certificate"), key, null, List.of()), "no PEM file");
        String pem = Files.readString(certificate);
        String cut = pem.replaceFirst("(?s)(CERTIFICATE-----\\s.{40}).*?(-----END)", "$1\n$2");
        assertRefused(config(file("cut.crt", cut), key, null, List.of()), "is damaged");
        String odd = pem.replaceFirst("(?s)(CERTIFICATE-----\\s).*?(-----END)", "$1a\n$2");
        assertRefused(config(file("odd.crt", odd), key, null, List.of()), "no Base64");
        assertRefused(config(key, key, null, List.of()), "has no certificate in it");
        X509Bundle expired = certificates.server(Duration.ofDays(-1));
        Path old = certificates.certificateFile("old", expired);
        assertRefused(config(old, certificates.keyFile("old", expired), null, List.of()), "expired at 20", "(" + old);
        X509Bundle early = new CertificateBuilder()
                .ecp256()
                .subject("CN=early")
                .notBefore(Instant.now().plus(Duration.ofDays(1)))
                .notAfter(Instant.now().plus(Duration.ofDays(2)))
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Path tomorrow = certificates.certificateFile("early", early);
        assertRefused(config(tomorrow, key, null, List.of()), "is not valid before", "clock");
    }

    @Test
    @DisplayName(
            "T33 a key that is missing, damaged, encrypted, of an older format or another certificate's is refused")
    void load_wrongKey_refused() throws Exception {
        assertRefused(config(certificate, certificate, null, List.of()), "tls.private-key", "has no private key in it");
        Path foreign = certificates.keyFile("foreign", certificates.server());
        assertRefused(config(certificate, foreign, null, List.of()), "is not the key of the certificate");
        X509Bundle rsa = new CertificateBuilder()
                .rsa2048()
                .subject("CN=rsa")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Path otherKind = certificates.keyFile("rsa", rsa);
        assertRefused(config(certificate, otherKind, null, List.of()), "not the one of the certificate, which is EC");
        String pem = Files.readString(key);
        Path encrypted = file("encrypted.key", pem.replace("PRIVATE", "ENCRYPTED PRIVATE"));
        assertRefused(config(certificate, encrypted, null, List.of()), "is encrypted", "openssl pkcs8 -topk8 -nocrypt");
        Path older = file("older.key", pem.replace("PRIVATE", "EC PRIVATE"));
        assertRefused(config(certificate, older, null, List.of()), "older format (EC PRIVATE KEY)", "openssl pkcs8");
        String cut = pem.replaceFirst("(?s)(KEY-----\\s.{40}).*?(-----END)", "$1\n$2");
        assertRefused(config(certificate, file("cut.key", cut), null, List.of()), "is damaged");
    }

    @Test
    @DisplayName("T33 authorities that are none or have all expired are refused, one that is good is enough")
    void load_wrongAuthorities_refused() throws Exception {
        assertRefused(config(certificate, key, file("empty.pem", ""), List.of()), "tls.client-ca", "is empty");
        X509Bundle expired = certificates.server(Duration.ofDays(-1));
        Path old = certificates.certificateFile("old", expired);
        Path onlyOld = file("only-old.pem", expired.getCertificatePEM());
        assertRefused(config(certificate, key, onlyOld, List.of()), "tls.client-ca", "expired at");
        Path both = file("both.pem", Files.readString(old) + Files.readString(certificates.authorityFile()));
        assertThat(Tls.load("safe", config(certificate, key, both, List.of()))).isNotNull();
    }

    @Test
    @DisplayName("T33 a cipher suite that does not exist is refused at the start, not at the first client")
    void load_unknownCipher_refused() throws Exception {
        assertRefused(config(certificate, key, null, List.of("TLS_MAGIC")), "ciphers", "TLS_MAGIC");
        List<String> known = List.of("TLS_AES_256_GCM_SHA384");
        assertThat(Tls.load("safe", config(certificate, key, null, known))).isNotNull();
    }

    @Test
    @DisplayName("RSA keys as openssl makes them are read")
    void load_rsa_accepted() throws Exception {
        X509Bundle rsa = new CertificateBuilder()
                .rsa2048()
                .subject("CN=localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Path crt = certificates.certificateFile("rsa", rsa);
        assertThat(Tls.load("safe", config(crt, certificates.keyFile("rsa", rsa), null, List.of())))
                .isNotNull();
    }

    @Test
    @DisplayName("a certificate's user is its common name, its subject or an alternative name, or nobody")
    void user_eachKind_asConfigured() throws Exception {
        X509Certificate full =
                certificates.client("CN=meter-1,OU=plant,O=works").getCertificate();
        assertThat(CertificateUser.of(full, TlsConfig.UserFrom.NONE)).isNull();
        assertThat(CertificateUser.of(full, TlsConfig.UserFrom.SUBJECT_CN)).isEqualTo("meter-1");
        assertThat(CertificateUser.of(full, TlsConfig.UserFrom.SUBJECT_DN)).isEqualTo("CN=meter-1,OU=plant,O=works");
        assertThat(CertificateUser.of(full, TlsConfig.UserFrom.SAN)).isEqualTo("who@example.org");
        X509Certificate bare = new CertificateBuilder()
                .ecp256()
                .subject("O=works")
                .setIsCertificateAuthority(true)
                .buildSelfSigned()
                .getCertificate();
        assertThat(CertificateUser.of(bare, TlsConfig.UserFrom.SUBJECT_CN)).isNull();
        assertThat(CertificateUser.of(bare, TlsConfig.UserFrom.SAN)).isNull();
        X509Certificate odd = certificates.client("CN=a\\, b").getCertificate();
        assertThat(CertificateUser.of(odd, TlsConfig.UserFrom.SUBJECT_CN)).isEqualTo("a, b");
    }
}
