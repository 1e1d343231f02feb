// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.server.transport.ListenerConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Whether strangers could come in: a listener that other machines reach, and clients that need not say who they are. Brokers
 * found open on the Internet were opened by a default or by a single setting; here it takes a word of its own.
 */
final class Exposure {
    private Exposure() {}

    /** Listeners through which anybody on the network could come in. */
    static List<ListenerConfig> open(BrokerConfig config) {
        return config.listeners().stream()
                .filter(listener -> config.anonymousAllowed()
                        && !listener.isCertificateRequired()
                        && listener.unix() == null
                        && !isLoopback(listener.bind()))
                .toList();
    }

    /** Refuses settings that let anybody in unless they say that this is meant. */
    static void require(BrokerConfig config) throws ConfigurationException {
        List<ListenerConfig> open = open(config);
        if (!open.isEmpty() && !config.insecureOpen()) {
            ListenerConfig first = open.get(0);
            throw new ConfigurationException("listeners." + first.name() + ".bind is " + first.bind() + ", which other"
                    + " machines reach, and clients need not say who they are: anybody could read and change everything;"
                    + " set access.password-file, require client certificates, bind to loopback, or say"
                    + " --insecure-open if that is what you want");
        }
    }

    /** A name that cannot be resolved is nobody's address: opening it fails later with a sentence of its own. */
    private static boolean isLoopback(String bind) {
        if (bind.equals(ListenerConfig.LOOPBACK)) {
            return true;
        }
        try {
            return Arrays.stream(InetAddress.getAllByName(bind)).allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            return true;
        }
    }
}
