// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport.tls;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS of one listener as it is configured, {@code listeners.NAME.tls}.
 *
 * @param certificate PEM file with the listener's certificate and those between it and its root
 * @param privateKey PEM file with its key in PKCS #8, not encrypted
 * @param clientCa PEM file with the authorities that sign client certificates; null when none are asked for
 * @param crl PEM file with the revocation lists of these authorities; null when nothing is revoked
 * @param protocols what is spoken, TLSv1.2 and TLSv1.3 or one of them
 * @param ciphers names of cipher suites; empty for the provider's own choice
 * @param handshakeTimeout how long a handshake may take
 * @param handshakesMax handshakes under way at a time
 */
public record TlsConfig(
        Path certificate,
        Path privateKey,
        @Nullable Path clientCa,
        @Nullable Path crl,
        ClientCertificates clientCertificates,
        UserFrom userFrom,
        List<String> protocols,
        List<String> ciphers,
        Provider provider,
        Duration handshakeTimeout,
        int handshakesMax) {
    public TlsConfig {
        protocols = List.copyOf(protocols);
        ciphers = List.copyOf(ciphers);
    }

    /** Whether clients show a certificate. */
    public enum ClientCertificates {
        /** They are not asked. */
        NONE,
        /** They are asked; one that is shown must be good. */
        OPTIONAL,
        /** Nobody comes in without a good one. */
        REQUIRED
    }

    /** What of a client's certificate is its user name. */
    public enum UserFrom {
        NONE,
        /** The common name of its subject. */
        SUBJECT_CN,
        /** Its whole subject as RFC 2253 writes it. */
        SUBJECT_DN,
        /** The first DNS name, e-mail address or URI of its alternative names. */
        SAN
    }

    /** Whose TLS it is. */
    public enum Provider {
        JDK,
        BORINGSSL
    }
}
