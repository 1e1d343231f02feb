// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.testkit;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** Keys and certificates made for one test: an authority, what it signs, their PEM files, and clients that use them. */
public final class Certificates {
    private final Path folder;
    private final X509Bundle authority;

    private Certificates(Path folder, X509Bundle authority) {
        this.folder = folder;
        this.authority = authority;
    }

    /** An authority of its own; files go to the folder. */
    public static Certificates in(Path folder) throws Exception {
        return new Certificates(
                folder,
                new CertificateBuilder()
                        .ecp256()
                        .subject("CN=authority " + folder.getFileName())
                        .setIsCertificateAuthority(true)
                        .buildSelfSigned());
    }

    /** A certificate for this machine, good for a day. */
    public X509Bundle server() throws Exception {
        return server(Duration.ofDays(1));
    }

    /** As above; a negative time makes one that has expired. */
    public X509Bundle server(Duration goodFor) throws Exception {
        return valid(new CertificateBuilder().subject("CN=localhost").addSanDnsName("localhost"), goodFor)
                .buildIssuedBy(authority);
    }

    /** A client's certificate, good for a day. */
    public X509Bundle client(String subject) throws Exception {
        return client(subject, Duration.ofDays(1));
    }

    public X509Bundle client(String subject, Duration goodFor) throws Exception {
        return valid(new CertificateBuilder().subject(subject).addSanRfc822Name("who@example.org"), goodFor)
                .buildIssuedBy(authority);
    }

    /** A client's certificate that another authority has signed, for which this one vouches. */
    public X509Bundle clientOfSubordinate(String subject) throws Exception {
        Duration day = Duration.ofDays(1);
        X509Bundle subordinate = valid(
                        new CertificateBuilder().subject("CN=subordinate").setIsCertificateAuthority(true), day)
                .buildIssuedBy(authority);
        return valid(new CertificateBuilder().subject(subject), day).buildIssuedBy(subordinate);
    }

    private static CertificateBuilder valid(CertificateBuilder builder, Duration goodFor) {
        Instant now = Instant.now();
        return builder.ecp256().notBefore(now.minus(Duration.ofDays(365))).notAfter(now.plus(goodFor));
    }

    /** The authority's certificate as a file. */
    public Path authorityFile() throws IOException {
        return Files.writeString(folder.resolve("authority.pem"), authority.getCertificatePEM());
    }

    /** The authority's list of certificates that it has revoked, as a file; a negative time makes one that is out of date. */
    public Path revocationFile(String name, Duration goodFor, X509Bundle... revoked) throws Exception {
        Instant now = Instant.now();
        Map<BigInteger, Instant> entries = new HashMap<>();
        for (X509Bundle each : revoked) {
            entries.put(each.getCertificate().getSerialNumber(), now.minusSeconds(60));
        }
        byte[] list = netty(
                "CertificateList",
                new Class<?>[] {X509Bundle.class, Instant.class, Instant.class, Iterable.class},
                new Object[] {authority, now.minus(Duration.ofDays(2)), now.plus(goodFor), entries.entrySet()},
                new Class<?>[0]);
        byte[] der = netty(
                "Signed",
                new Class<?>[] {byte[].class, X509Bundle.class},
                new Object[] {list, authority},
                new Class<?>[] {Provider.class});
        String base64 = Base64.getMimeEncoder().encodeToString(der);
        return Files.writeString(
                folder.resolve(name + ".crl"), "-----BEGIN X509 CRL-----\n" + base64 + "\n-----END X509 CRL-----\n");
    }

    /** What a class says that Netty keeps for its own server of such lists; where it asks for a provider, any will do. */
    private static byte[] netty(String name, Class<?>[] types, Object[] arguments, Class<?>[] asks) throws Exception {
        Constructor<?> made = Class.forName("io.netty.pkitesting." + name).getDeclaredConstructor(types);
        Method encoded = made.getDeclaringClass().getDeclaredMethod("getEncoded", asks);
        made.setAccessible(true);
        encoded.setAccessible(true);
        return (byte[]) encoded.invoke(made.newInstance(arguments), new Object[asks.length]);
    }

    /** A certificate as a file. */
    public Path certificateFile(String name, X509Bundle bundle) throws IOException {
        return Files.writeString(folder.resolve(name + ".crt"), bundle.getCertificatePathPEM());
    }

    /** Its key as a file. */
    public Path keyFile(String name, X509Bundle bundle) throws IOException {
        return Files.writeString(folder.resolve(name + ".key"), bundle.getPrivateKeyPEM());
    }

    /** A client's TLS, which trusts the authority and shows this certificate if it is given one. */
    public SSLContext tls(@Nullable X509Bundle shown) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        KeyManager[] keys = shown == null ? null : new KeyManager[] {new ShownKey(shown)};
        context.init(keys, new TrustManager[] {authority.toTrustManager()}, null);
        return context;
    }

    /** A connection whose handshake has ended. */
    public static SSLSocket connect(SSLContext context, int port, String... protocols) throws IOException {
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", port, true);
        if (protocols.length > 0) {
            socket.setEnabledProtocols(protocols);
        }
        socket.setSoTimeout(60_000);
        socket.startHandshake();
        return socket;
    }
}
