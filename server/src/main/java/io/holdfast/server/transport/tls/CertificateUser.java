// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** Who a client's certificate says that it is. */
final class CertificateUser {
    /** Kinds of alternative names in RFC 5280: rfc822Name, dNSName, uniformResourceIdentifier. */
    private static final List<Integer> TEXT_NAMES = List.of(1, 2, 6);

    private CertificateUser() {}

    /** The user name, or null when the certificate has none of this kind. */
    static @Nullable String of(X509Certificate certificate, TlsConfig.UserFrom from) {
        String name = switch (from) {
            case NONE -> null;
            case SUBJECT_CN -> commonName(certificate);
            case SUBJECT_DN -> certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
            case SAN -> alternativeName(certificate);
        };
        return name == null || name.isBlank() ? null : name;
    }

    private static @Nullable String commonName(X509Certificate certificate) {
        try {
            LdapName subject =
                    new LdapName(certificate.getSubjectX500Principal().getName(X500Principal.RFC2253));
            for (int i = subject.size() - 1; i >= 0; i--) { // The most specific one is written first and counted last.
                Rdn part = subject.getRdn(i);
                if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String text) {
                    return text;
                }
            }
            return null;
        } catch (InvalidNameException e) {
            return null; // What cannot be parsed names nobody.
        }
    }

    private static @Nullable String alternativeName(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names == null) {
                return null;
            }
            for (List<?> name : names) {
                if (name.get(0) instanceof Integer kind
                        && TEXT_NAMES.contains(kind)
                        && name.get(1) instanceof String text) {
                    return text;
                }
            }
            return null;
        } catch (CertificateParsingException e) {
            return null; // As above.
        }
    }
}
