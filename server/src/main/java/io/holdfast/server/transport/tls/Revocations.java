// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport.tls;

import java.security.GeneralSecurityException;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;

/**
 * Authorities of client certificates and what they have revoked. It fails closed: a certificate whose authority has no list
 * that is in date is not trusted.
 */
final class Revocations {
    private final PemFile file;
    private final Set<X509CRL> lists;
    private final X509Certificate[] authorities;

    private Revocations(PemFile file, Set<X509CRL> lists, X509Certificate[] authorities) {
        this.file = file;
        this.lists = lists;
        this.authorities = authorities;
    }

    /**
     * Reads the lists.
     *
     * @throws TlsException when one of the authorities has none that is in date: then nobody it vouches for could come in
     */
    static Revocations read(PemFile file, X509Certificate[] authorities) throws TlsException {
        Revocations read = new Revocations(file, file.revocationLists(), authorities);
        Instant now = Instant.now();
        for (X509Certificate authority : authorities) {
            // One that has had its time vouches for nobody, and a client's own certificate for itself only.
            if (authority.getBasicConstraints() >= 0
                    && now.isBefore(authority.getNotAfter().toInstant())) {
                read.requireList(authority, now);
            }
        }
        return read;
    }

    private void requireList(X509Certificate authority, Instant now) throws TlsException {
        String name = authority.getSubjectX500Principal().getName();
        String why = " has no revocation list of '" + name + "', which is in client-ca";
        for (X509CRL list : lists) {
            if (!list.getIssuerX500Principal().equals(authority.getSubjectX500Principal())) {
                continue;
            }
            if (!isSigned(list, authority)) {
                why = " has a revocation list of '" + name + "' that somebody else has signed";
            } else if (list.getNextUpdate() != null
                    && now.isAfter(list.getNextUpdate().toInstant())) {
                why = " has a revocation list of '" + name + "' that went out of date at "
                        + list.getNextUpdate().toInstant() + "; get the next one";
            } else {
                return;
            }
        }
        throw new TlsException(file.place() + why);
    }

    private static boolean isSigned(X509CRL list, X509Certificate authority) {
        try {
            list.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Trusts certificates that the authorities have signed and that are in none of the lists. */
    TrustManagerFactory trust() throws TlsException {
        Set<TrustAnchor> anchors = new HashSet<>();
        for (X509Certificate authority : authorities) {
            anchors.add(new TrustAnchor(authority, null));
        }
        try {
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists)));
            // Without a checker of our own the JDK asks these lists only: it would else go to the addresses in
            // certificates.
            parameters.setRevocationEnabled(true);
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(new CertPathTrustManagerParameters(parameters));
            return factory;
        } catch (GeneralSecurityException e) {
            throw new TlsException(file.place() + " cannot be used: " + e.getMessage(), e);
        }
    }
}
