// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.netty.util.NetUtil;
import java.net.URI;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The web pages whose scripts may open a WebSocket: browsers name the page in the Origin of the request, and let it connect
 * to any server that does not refuse. Programs that are no browsers send none, and are let in.
 *
 * <p>A page of the same address is let in only if that address is no name: a stranger can make a name of his own point at
 * our address, and would have the same name then, but not the same number.
 */
public final class Origins {
    private static final String ANY = "*";
    private static final String SAME_ADDRESS = "same-address";
    private static final String NO_PAGE = "null";

    private final Set<String> listed;

    private Origins(Set<String> listed) {
        this.listed = listed;
    }

    /**
     * Reads a list with commas: {@code *} for all, {@code same-address}, {@code null} for pages without an origin, or origins
     * such as {@code https://shop.example:8443}.
     *
     * @throws IllegalArgumentException naming an entry that is none of these
     */
    public static Origins parse(String list) {
        Set<String> listed = new HashSet<>();
        for (String entry : list.split(",", -1)) {
            String origin = entry.strip().toLowerCase(Locale.ROOT);
            if (!Set.of(ANY, SAME_ADDRESS, NO_PAGE).contains(origin) && !isOrigin(origin)) {
                throw new IllegalArgumentException("'" + entry.strip() + "' is no origin");
            }
            listed.add(origin);
        }
        return new Origins(listed);
    }

    private static boolean isOrigin(String text) {
        URI uri = uri(text);
        return uri != null
                && uri.getHost() != null
                && uri.getRawPath().isEmpty()
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && uri.getRawUserInfo() == null;
    }

    private static @Nullable URI uri(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            return null; // What is no address has no host either.
        }
    }

    /**
     * Whether a request may become a WebSocket.
     *
     * @param origin the header, null if there was none
     * @param host the header, empty if there was none
     */
    boolean allow(@Nullable String origin, String host) {
        if (origin == null || listed.contains(ANY)) {
            return true;
        }
        String page = origin.toLowerCase(Locale.ROOT);
        return listed.contains(page) || (listed.contains(SAME_ADDRESS) && isSameAddress(page, host));
    }

    private static boolean isSameAddress(String page, String host) {
        URI from = uri(page);
        URI to = uri("http://" + host.toLowerCase(Locale.ROOT));
        if (from == null
                || to == null
                || from.getHost() == null
                || !from.getHost().equals(to.getHost())) {
            return false;
        }
        String name = from.getHost();
        return name.equals("localhost") || NetUtil.isValidIpV4Address(name) || name.startsWith("[");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Origins same && listed.equals(same.listed);
    }

    @Override
    public int hashCode() {
        return listed.hashCode();
    }
}
