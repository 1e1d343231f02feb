// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS of one listener, made of its files: an immutable value that connections accepted from now on get. Reloading makes
 * another one; connections that are there keep what they have. Any thread.
 */
public final class Tls {
    /** A client that comes back within this time skips the public keys; then its certificate is looked at again. */
    private static final long RESUMPTION_SECONDS_MAX = TimeUnit.HOURS.toSeconds(1);

    private static final String NO_RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

    static {
        // A client may not make us do the expensive half of a handshake again and again on one connection (T38). The
        // JDK
        // reads this once, when the first server speaks TLS; BoringSSL never does it.
        if (System.getProperty(NO_RENEGOTIATION) == null) {
            System.setProperty(NO_RENEGOTIATION, "true");
        }
    }

    private final TlsConfig config;
    private final SslContext context;

    private Tls(TlsConfig config, SslContext context) {
        this.config = config;
        this.context = context;
    }

    /**
     * Reads and checks the files of a listener.
     *
     * @param listener its name, for error texts
     * @throws TlsException when nobody could be served so
     */
    public static Tls load(String listener, TlsConfig config) throws TlsException {
        String settings = "listeners." + listener + ".tls.";
        PemFile certificateFile = PemFile.read(settings + "certificate", config.certificate());
        X509Certificate[] chain = certificateFile.certificates();
        requireValid(certificateFile.place(), chain[0]);
        PemFile keyFile = PemFile.read(settings + "private-key", config.privateKey());
        SslContextBuilder builder = SslContextBuilder.forServer(keyFile.privateKey(chain[0].getPublicKey()), chain)
                .sslProvider(provider(settings, config.provider()))
                .protocols(config.protocols())
                .sessionTimeout(RESUMPTION_SECONDS_MAX)
                .clientAuth(
                        switch (config.clientCertificates()) {
                            case NONE -> ClientAuth.NONE;
                            case OPTIONAL -> ClientAuth.OPTIONAL;
                            case REQUIRED -> ClientAuth.REQUIRE;
                        });
        if (!config.ciphers().isEmpty()) {
            builder.ciphers(config.ciphers());
        }
        if (config.clientCa() != null) {
            X509Certificate[] authorities = authorities(PemFile.read(settings + "client-ca", config.clientCa()));
            if (config.crl() == null) {
                builder.trustManager(authorities);
            } else {
                PemFile lists = PemFile.read(settings + "crl", config.crl());
                builder.trustManager(Revocations.read(lists, authorities).trust());
            }
        }
        return new Tls(config, build(settings, builder));
    }

    private static X509Certificate[] authorities(PemFile file) throws TlsException {
        X509Certificate[] all = file.certificates();
        TlsException expired = null;
        for (X509Certificate authority : all) {
            try {
                requireValid(file.place(), authority);
                return all; // A bundle may hold the authority of yesterday beside the one of today.
            } catch (TlsException e) {
                expired = e;
            }
        }
        throw expired == null ? new TlsException(file.place() + " has no certificate in it") : expired;
    }

    private static void requireValid(String place, X509Certificate certificate) throws TlsException {
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException e) {
            throw new TlsException(
                    place + " expired at " + certificate.getNotAfter().toInstant() + "; get a new certificate", e);
        } catch (CertificateNotYetValidException e) {
            throw new TlsException(
                    place + " is not valid before " + certificate.getNotBefore().toInstant()
                            + "; look at this machine's clock, or wait",
                    e);
        }
    }

    private static SslProvider provider(String settings, TlsConfig.Provider provider) throws TlsException {
        if (provider == TlsConfig.Provider.JDK) {
            return SslProvider.JDK;
        }
        if (!OpenSsl.isAvailable()) {
            throw new TlsException(
                    settings + "provider is boringssl, but its library for this system is not on the class path"
                            + " (netty-tcnative-boringssl-static); use jdk",
                    OpenSsl.unavailabilityCause());
        }
        return SslProvider.OPENSSL;
    }

    private static SslContext build(String settings, SslContextBuilder builder) throws TlsException {
        try {
            SslContext context = builder.build();
            // Names of cipher suites are looked at for the first time by an engine.
            ReferenceCountUtil.release(context.newEngine(ByteBufAllocator.DEFAULT));
            return context;
        } catch (SSLException | IllegalArgumentException e) {
            throw new TlsException(settings + "ciphers or protocols cannot be used: " + reason(e), e);
        }
    }

    private static String reason(Throwable e) {
        Throwable cause = e.getCause();
        return cause == null || e.getMessage() != null ? String.valueOf(e.getMessage()) : reason(cause);
    }

    /** The handler of a new connection. */
    SslHandler handler(ByteBufAllocator allocator) {
        SslHandler handler = context.newHandler(allocator);
        handler.setHandshakeTimeoutMillis(config.handshakeTimeout().toMillis());
        return handler;
    }

    TlsConfig config() {
        return config;
    }

    /** Who shows this certificate; null when nobody asks. */
    @Nullable
    String user(X509Certificate certificate) {
        return CertificateUser.of(certificate, config.userFrom());
    }
}
