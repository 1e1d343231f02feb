// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import java.util.Locale;

/** What a listener speaks. */
public enum ListenerType {
    /** MQTT over plain TCP. */
    TCP,
    /** MQTT over TLS. */
    TLS,
    /** MQTT over WebSocket. */
    WEBSOCKET,
    /** MQTT over WebSocket over TLS. */
    SECURE_WEBSOCKET,
    /** MQTT over a Unix-domain socket, which clients on this machine reach by a path. */
    UNIX;

    /** Whether it needs a certificate. */
    public boolean isSecure() {
        return this == TLS || this == SECURE_WEBSOCKET;
    }

    /** Whether it begins with HTTP. */
    boolean isWebSocket() {
        return this == WEBSOCKET || this == SECURE_WEBSOCKET;
    }

    /** Its name in the configuration. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The type with this name; the configuration has checked that there is one. */
    public static ListenerType of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
