// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One listener of a {@code mosquitto.conf}, collected line by line, as its type is known only when all of them have been
 * read. Takes a line or says why it has no counterpart.
 */
final class MosquittoListener {
    private static final String CIPHERS =
            "not taken over: suites have other names here, see listeners.NAME.tls.ciphers;"
                    + " without it the provider chooses";

    private final Map<String, String> settings = new LinkedHashMap<>();
    private boolean unix;
    private boolean webSocket;
    private boolean secure;
    private boolean certificateRequired;
    private String userFrom = "";
    private String authorities = "";
    private @Nullable Place authoritiesPlace;
    private String revocations = "";
    private @Nullable Place revocationsPlace;

    /** Puts a setting under its name, {@code listeners.NAME}. */
    void set(String key, String value) {
        settings.put(key, value);
    }

    /** Gives it a port, which mosquitto opens to all machines unless it is said otherwise. */
    void setPort(String port) {
        set("port", port);
        settings.putIfAbsent("bind", MosquittoSettings.quoted("0.0.0.0"));
    }

    /** Gives it the path of a Unix-domain socket instead of a port. */
    void setPath(String path) {
        unix = true;
        set("path", MosquittoSettings.quoted(path));
    }

    boolean isUnix() {
        return unix;
    }

    /** Whether it was said where it listens. */
    boolean hasPlace() {
        return unix || settings.containsKey("port") || settings.containsKey("bind");
    }

    /** Whether nothing at all was said of it. */
    boolean isEmpty() {
        return settings.isEmpty() && !webSocket && !secure;
    }

    /**
     * A line that belongs to a listener.
     *
     * @return null when it is taken, else the remark; empty when it is no line of a listener
     */
    @Nullable
    String take(String name, String value, Place place) {
        return switch (name) {
            case "max_connections" -> connectionsMax(value);
            case "protocol" -> protocol(value);
            case "certfile" -> file("tls.certificate", value);
            case "keyfile" -> file("tls.private-key", value);
            case "cafile" -> {
                authorities = value;
                authoritiesPlace = place;
                yield null;
            }
            case "crlfile" -> {
                revocations = value;
                revocationsPlace = place;
                yield null;
            }
            case "require_certificate" -> {
                certificateRequired = value.equals("true");
                yield null;
            }
            case "use_identity_as_username" -> userFrom(value, "subject-cn");
            case "use_subject_as_username" -> userFrom(value, "subject-dn");
            case "tls_version" -> version(value);
            case "ciphers", "ciphers_tls1.3" -> CIPHERS;
            case "capath" -> "not taken over: the authorities stand in one file here, listeners.NAME.tls.client-ca";
            default -> "";
        };
    }

    private @Nullable String connectionsMax(String value) {
        if (value.equals("-1")) {
            return null; // No limit but the one that counts over all listeners, which is the default.
        }
        if (!MosquittoSettings.isNumber(value)) {
            return MosquittoSettings.NO_NUMBER;
        }
        set("connections-max", value);
        return null;
    }

    private @Nullable String protocol(String value) {
        webSocket = value.equals("websockets");
        return webSocket || value.equals("mqtt") ? null : "there is no such protocol here";
    }

    private @Nullable String file(String key, String value) {
        secure = true;
        set(key, MosquittoSettings.quoted(value));
        return null;
    }

    private @Nullable String userFrom(String value, String what) {
        if (value.equals("true")) {
            userFrom = what;
        }
        return null;
    }

    private @Nullable String version(String value) {
        return switch (value) {
            case "tlsv1.3" -> {
                set("tls.protocols", "TLSv1.3");
                yield null;
            }
            case "tlsv1.2" -> null; // And later, which is the default.
            default -> "not taken over: TLSv1.2 is the oldest version here";
        };
    }

    /** What {@code listeners.NAME} has, by its key. */
    Map<String, String> settings(Remarks remarks) {
        Map<String, String> all = new LinkedHashMap<>();
        if (unix) {
            all.put("type", "unix");
        } else if (secure || webSocket) {
            all.put("type", secure ? webSocket ? "secure-websocket" : "tls" : "websocket");
        }
        all.putAll(settings);
        if (secure && certificateRequired) {
            all.put("tls.client-certificates", "required");
            all.put("tls.client-ca", MosquittoSettings.quoted(authorities.isEmpty() ? "none" : authorities));
            if (!revocations.isEmpty()) {
                all.put("tls.crl", MosquittoSettings.quoted(revocations));
            }
            if (!userFrom.isEmpty()) {
                all.put("tls.user-from", userFrom);
            }
        } else {
            notNeeded(remarks, authoritiesPlace, "cafile", authorities);
            notNeeded(remarks, revocationsPlace, "crlfile", revocations);
        }
        return all;
    }

    private static void notNeeded(Remarks remarks, @Nullable Place place, String name, String file) {
        if (place != null) {
            remarks.add(
                    place,
                    name + " " + file,
                    "not needed: it counts with require_certificate true, which this listener does not have");
        }
    }
}
