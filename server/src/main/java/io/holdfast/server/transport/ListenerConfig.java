// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.server.transport.tls.TlsConfig;
import org.jspecify.annotations.Nullable;

/**
 * One way in for clients, {@code listeners.NAME} in the configuration.
 *
 * @param name its name, for logs and error texts
 * @param bind address to listen on; {@code loopback} for 127.0.0.1 and ::1
 * @param port TCP port, 0 for any free one
 * @param connectionsMax open connections that came in here at a time; one more is closed as soon as it is accepted; 0 for
 *     no limit but the one over all listeners
 * @param tls its TLS, null for a type without it
 * @param webSocket for those that speak WebSocket
 * @param proxy the proxies in front of it, null when clients connect themselves
 * @param unix where it is, instead of address and port, if its type is {@link ListenerType#UNIX}, else null
 */
public record ListenerConfig(
        String name,
        ListenerType type,
        String bind,
        int port,
        int connectionsMax,
        @Nullable TlsConfig tls,
        WebSocketConfig webSocket,
        @Nullable ProxyConfig proxy,
        @Nullable UnixSocketConfig unix) {
    /** The value of {@code bind} that means this machine only. */
    public static final String LOOPBACK = "loopback";

    /** Whether nobody comes in without a certificate that the operator's authorities have signed. */
    public boolean isCertificateRequired() {
        return tls != null && tls.clientCertificates() == TlsConfig.ClientCertificates.REQUIRED;
    }

    /** Whether its clients' certificates say who they are. */
    public boolean isUserNamedByCertificate() {
        return tls != null && tls.userFrom() != TlsConfig.UserFrom.NONE;
    }

    /** The listener that is there without any configuration. */
    public static final String DEFAULT_NAME = "tcp";
}
