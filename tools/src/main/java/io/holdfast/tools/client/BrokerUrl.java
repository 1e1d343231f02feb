// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.tools.client.Target.Scheme;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code -L} says: {@code mqtt[s]://[user[:password]@]host[:port][/topic]}, or {@code ws[s]://...} whose path can only
 * be {@code /mqtt}.
 *
 * @param topic null if there is none
 */
record BrokerUrl(
        Target target,
        @Nullable String user,
        @Nullable String password,
        @Nullable String topic) {
    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    static BrokerUrl parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + text + "' is not a URL: " + e.getReason(), e);
        }
        String host = uri.getHost();
        Scheme scheme = Stream.of(Scheme.values())
                .filter(one -> one != Scheme.UNIX && one.name().equalsIgnoreCase(uri.getScheme()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "a URL begins with mqtt://, mqtts://, ws:// or wss://, unlike '" + text + "'"));
        if (host == null || uri.getPort() > 0xFFFF) {
            throw new IllegalArgumentException("no host and port can be read from '" + text + "'");
        }
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        int port = uri.getPort() < 0 ? scheme.port() : uri.getPort();
        String credentials = uri.getRawUserInfo();
        int colon = credentials == null ? -1 : credentials.indexOf(':');
        String user = credentials == null ? null : decoded(colon < 0 ? credentials : credentials.substring(0, colon));
        String password = credentials == null || colon < 0 ? null : decoded(credentials.substring(colon + 1));
        return new BrokerUrl(new Target(scheme, bare, port), user, password, topic(scheme, uri));
    }

    private static @Nullable String topic(Scheme scheme, URI uri) {
        // What a URL calls query and fragment is an ordinary part of a topic.
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        String rest = path
                + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery())
                + (uri.getRawFragment() == null ? "" : "#" + uri.getRawFragment());
        if (!scheme.webSocket()) {
            return rest.length() <= 1 ? null : decoded(rest.substring(1));
        }
        if (!rest.isEmpty() && !rest.equals("/mqtt")) {
            throw new IllegalArgumentException(
                    "the path of " + scheme.name().toLowerCase(Locale.ROOT) + ":// is /mqtt; the topic is given by -t");
        }
        return null;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
