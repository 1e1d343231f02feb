// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Locale;

/**
 * Where the broker is.
 *
 * @param host or, with {@link Scheme#UNIX}, the path of a socket
 */
record Target(Scheme scheme, String host, int port) {
    /** How MQTT is carried, with the port that is used unless told. */
    enum Scheme {
        MQTT(1883, false, false),
        MQTTS(8883, true, false),
        WS(8083, false, true),
        WSS(8084, true, true),
        /** Over a Unix-domain socket, which no URL names. */
        UNIX(0, false, false);

        private final int port;
        private final boolean tls;
        private final boolean webSocket;

        Scheme(int port, boolean tls, boolean webSocket) {
            this.port = port;
            this.tls = tls;
            this.webSocket = webSocket;
        }

        int port() {
            return port;
        }

        boolean tls() {
            return tls;
        }

        boolean webSocket() {
            return webSocket;
        }
    }

    /** Looked up again at each connection: brokers move. */
    SocketAddress address() {
        return scheme == Scheme.UNIX
                ? UnixDomainSocketAddress.of(host)
                : InetSocketAddress.createUnresolved(host, port);
    }

    @Override
    public String toString() {
        if (scheme == Scheme.UNIX) {
            return "unix:" + host;
        }
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return scheme.name().toLowerCase(Locale.ROOT) + "://" + name + ":" + port;
    }
}
