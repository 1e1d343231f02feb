// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A PEM file of an operator. Reads it once; everything that may be wrong with it becomes a sentence that names the setting
 * and the file.
 */
final class PemFile {
    private static final long BYTES_MAX = 4 << 20;
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----", Pattern.MULTILINE);

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Block(String label, byte[] bytes) {}

    private final String place;
    private final Path path;
    private final List<Block> blocks = new ArrayList<>();

    private PemFile(String setting, Path path) {
        place = setting + " (" + path + ")";
        this.path = path;
    }

    /**
     * Reads a file.
     *
     * @param setting whose value names the file, for error texts
     */
    static PemFile read(String setting, Path path) throws TlsException {
        PemFile file = new PemFile(setting, path);
        file.parse(file.text());
        return file;
    }

    private String text() throws TlsException {
        try {
            if (Files.size(path) > BYTES_MAX) {
                throw new TlsException(place + " is no PEM file: it is larger than " + BYTES_MAX + " bytes");
            }
            return Files.readString(path, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new TlsException(place + " does not exist", e);
        } catch (TlsException e) {
            throw e;
        } catch (IOException e) {
            throw new TlsException(place + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void parse(String text) throws TlsException {
        if (text.isBlank()) {
            throw new TlsException(place + " is empty");
        }
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            try {
                byte[] bytes = Base64.getMimeDecoder().decode(matcher.group(2).strip());
                blocks.add(new Block(matcher.group(1), bytes));
            } catch (IllegalArgumentException e) {
                throw new TlsException(place + " is damaged: its " + matcher.group(1) + " is no Base64", e);
            }
        }
        if (blocks.isEmpty()) {
            throw new TlsException(place + " is no PEM file: nothing in it begins with -----BEGIN");
        }
    }

    /** Its certificates, at least one, in their order. */
    X509Certificate[] certificates() throws TlsException {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks) {
                if (block.label().endsWith("CERTIFICATE")) {
                    certificates.add(
                            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.bytes())));
                }
            }
        } catch (CertificateException e) {
            throw new TlsException(
                    place + " is damaged: certificate " + (certificates.size() + 1) + " in it is none", e);
        }
        if (certificates.isEmpty()) {
            throw new TlsException(place + " has no certificate in it");
        }
        return certificates.toArray(X509Certificate[]::new);
    }

    /** Its revocation lists, at least one. */
    Set<X509CRL> revocationLists() throws TlsException {
        Set<X509CRL> lists = new LinkedHashSet<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks) {
                if (block.label().equals("X509 CRL")) {
                    lists.add((X509CRL) factory.generateCRL(new ByteArrayInputStream(block.bytes())));
                }
            }
        } catch (GeneralSecurityException e) {
            throw new TlsException(place + " is damaged: " + e.getMessage(), e);
        }
        if (lists.isEmpty()) {
            throw new TlsException(place + " has no revocation list in it");
        }
        return lists;
    }

    /** Its private key, which has to be the one of this public key. */
    PrivateKey privateKey(PublicKey publicKey) throws TlsException {
        Block key = blocks.stream()
                .filter(block -> block.label().endsWith("PRIVATE KEY"))
                .findFirst()
                .orElseThrow(() -> new TlsException(place + " has no private key in it"));
        if (key.label().equals("ENCRYPTED PRIVATE KEY")) {
            throw new TlsException(place + " is encrypted, and nobody could type its password; " + conversion());
        }
        if (!key.label().equals("PRIVATE KEY")) {
            throw new TlsException(place + " has its key in an older format (" + key.label() + "); " + conversion());
        }
        try {
            PrivateKey read = KeyFactory.getInstance(publicKey.getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(key.bytes()));
            if (KeyPairs.belong(read, publicKey)) {
                return read;
            }
        } catch (GeneralSecurityException e) {
            throw new TlsException(
                    place + " is damaged, or its key is not the one of the certificate, which is "
                            + publicKey.getAlgorithm(),
                    e);
        }
        throw new TlsException(place + " is not the key of the certificate");
    }

    private String conversion() {
        return "convert it with: openssl pkcs8 -topk8 -nocrypt -in " + path + " -out NEW";
    }

    /** How it is called in error texts. */
    String place() {
        return place;
    }
}
