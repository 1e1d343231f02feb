// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of TLS, named as mosquitto's. */
final class TlsOptions {
    @Option(
            names = "--cafile",
            paramLabel = "FILE",
            description =
                    "TLS; certificates (PEM) of whom to trust. With mqtts:// and without this: those Java trusts.")
    private @Nullable Path caFile;

    @Option(names = "--cert", paramLabel = "FILE", description = "TLS; this client's own certificate (PEM).")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "Its private key (PEM, PKCS#8).")
    private @Nullable Path key;

    @Option(names = "--tls-use-os-certs", description = "TLS; trust whom Java trusts.")
    private boolean defaultTrust;

    @Option(names = "--insecure", description = "Do not check that the broker's certificate is for this host.")
    private boolean insecure;

    boolean isAsked() {
        return caFile != null || certificate != null || defaultTrust;
    }

    boolean checksHostName() {
        return !insecure;
    }

    /**
     * The context of all connections.
     *
     * @throws IllegalArgumentException with a sentence, if a file cannot be used
     */
    SslContext context() {
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("--cert and --key belong together");
        }
        requireReadable("--cafile", caFile);
        requireReadable("--cert", certificate);
        requireReadable("--key", key);
        try {
            SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
            if (caFile != null) {
                builder.trustManager(caFile.toFile());
            }
            if (certificate != null && key != null) {
                builder.keyManager(certificate.toFile(), key.toFile());
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the files of TLS cannot be used: " + e.getMessage()
                            + "; certificates are wanted as PEM, the key as PKCS#8",
                    e);
        }
    }

    private static void requireReadable(String option, @Nullable Path file) {
        if (file != null && !Files.isReadable(file)) {
            throw new IllegalArgumentException(option + " " + file + " cannot be read");
        }
    }
}
