// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import com.typesafe.config.Config;
import io.holdfast.server.transport.ListenerType;
import io.holdfast.server.transport.tls.TlsConfig;
import io.holdfast.server.transport.tls.TlsConfig.ClientCertificates;
import io.holdfast.server.transport.tls.TlsConfig.UserFrom;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The settings of a listener's TLS, {@code listeners.NAME.tls}: what must go together, and what must not. */
final class TlsSettings {
    private static final String NONE = "none";
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");

    private final Config all;
    private final String listener;

    private TlsSettings(Config all, String listener) {
        this.all = all;
        this.listener = listener;
    }

    /** The TLS of a listener, null for a type without it; each value has been checked for itself. */
    static @Nullable TlsConfig convert(Config all, String listener, ListenerType type) throws ConfigurationException {
        TlsSettings settings = new TlsSettings(all, listener);
        if (type.isSecure()) {
            return settings.convert();
        }
        if (settings.file(Setting.TLS_CERTIFICATE) != null) {
            // Whoever wrote it believes that this listener is encrypted.
            throw settings.wrong(
                    Setting.TLS_CERTIFICATE,
                    "is set, but this listener's type is " + type.word()
                            + ", which has no TLS; set type = tls or secure-websocket");
        }
        return null;
    }

    private TlsConfig convert() throws ConfigurationException {
        ClientCertificates asked = ClientCertificates.valueOf(constant(Setting.TLS_CLIENT_CERTIFICATES));
        UserFrom userFrom = UserFrom.valueOf(constant(Setting.TLS_USER_FROM));
        Path authorities = file(Setting.TLS_CLIENT_CA);
        if ((asked == ClientCertificates.NONE) != (authorities == null)) {
            throw asked == ClientCertificates.NONE
                    ? wrong(
                            Setting.TLS_CLIENT_CA,
                            "is set, but clients are not asked for certificates; set client-certificates too")
                    : wrong(
                            Setting.TLS_CLIENT_CA,
                            "is missing: it names the file with the authorities of client certificates");
        }
        if (userFrom != UserFrom.NONE && asked == ClientCertificates.NONE) {
            throw wrong(
                    Setting.TLS_USER_FROM,
                    "is set, but clients are not asked for certificates; set client-certificates too");
        }
        return new TlsConfig(
                required(Setting.TLS_CERTIFICATE),
                required(Setting.TLS_PRIVATE_KEY),
                authorities,
                revocations(asked),
                asked,
                userFrom,
                protocols(),
                ciphers(),
                TlsConfig.Provider.valueOf(constant(Setting.TLS_PROVIDER)),
                all.getDuration(Setting.TLS_HANDSHAKE_TIMEOUT.key(listener)),
                all.getInt(Setting.TLS_HANDSHAKES_MAX.key(listener)));
    }

    private @Nullable Path revocations(ClientCertificates asked) throws ConfigurationException {
        Path lists = file(Setting.TLS_CRL);
        if (lists != null && asked == ClientCertificates.NONE) {
            throw wrong(
                    Setting.TLS_CRL, "is set, but clients are not asked for certificates; set client-certificates too");
        }
        return lists;
    }

    private List<String> protocols() throws ConfigurationException {
        List<String> protocols = words(Setting.TLS_PROTOCOLS);
        if (protocols.isEmpty() || !PROTOCOLS.containsAll(protocols)) {
            throw wrong(
                    Setting.TLS_PROTOCOLS,
                    "is '" + text(Setting.TLS_PROTOCOLS) + "', but it must be TLSv1.3, TLSv1.2 or both with a comma"
                            + " between; older ones are broken");
        }
        return protocols;
    }

    private List<String> ciphers() {
        return text(Setting.TLS_CIPHERS).equals("default") ? List.of() : words(Setting.TLS_CIPHERS);
    }

    private Path required(Setting setting) throws ConfigurationException {
        Path file = file(setting);
        if (file == null) {
            throw wrong(
                    setting, "is missing: a listener of type tls needs a certificate and its private-key, PEM files");
        }
        return file;
    }

    private @Nullable Path file(Setting setting) {
        String name = text(setting);
        return name.equals(NONE) ? null : Path.of(name);
    }

    private List<String> words(Setting setting) {
        return Arrays.stream(text(setting).split(",", -1)).map(String::strip).toList();
    }

    private String constant(Setting setting) {
        return text(setting).replace('-', '_').toUpperCase(Locale.ROOT);
    }

    private String text(Setting setting) {
        return all.getString(setting.key(listener));
    }

    /** A missing value has no place of its own. */
    private ConfigurationException wrong(Setting setting, String why) {
        String key = setting.key(listener);
        boolean missing = why.startsWith("is missing");
        return new ConfigurationException(
                (missing ? "" : all.getValue(key).origin().description() + ": ") + key + " " + why);
    }
}
