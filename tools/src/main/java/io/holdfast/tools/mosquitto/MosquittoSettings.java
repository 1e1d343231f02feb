// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A {@code mosquitto.conf} as our settings, with a remark for each line that has no counterpart or means less here. */
final class MosquittoSettings {
    private static final int DEFAULT_PORT = 1883;
    private static final int LINE_SHOWN_CHARS = 80;

    private static final String TLS =
            "not taken over: this listener is written without TLS; see docs/configuration.md before you open it";
    private static final String ACCESS =
            "not taken over: who may do what is said anew; without it the broker refuses to be open to other machines";

    /** What one directive becomes: a setting of the same meaning, or a remark. */
    private record Counterpart(String key, String remark) {}

    private static final Map<String, Counterpart> GLOBAL = Map.ofEntries(
            Map.entry("max_queued_messages", new Counterpart("session.queue-messages-max", "")),
            Map.entry("max_queued_bytes", new Counterpart("session.queue-bytes-max", "")),
            Map.entry("max_packet_size", new Counterpart("mqtt.packet-bytes-max", "")),
            Map.entry("max_keepalive", new Counterpart("mqtt.keep-alive-seconds-max", "")),
            Map.entry("sys_interval", new Counterpart("sys-interval", "")),
            Map.entry("persistence", new Counterpart("", "every kept session is on disk here, always")),
            Map.entry(
                    "persistence_location",
                    new Counterpart(
                            "",
                            "the data folder is store.folder; take the sessions over with 'import mosquitto"
                                    + " mosquitto.db --data DIR'")),
            Map.entry("persistence_file", new Counterpart("", "the data folder is store.folder")),
            Map.entry(
                    "autosave_interval",
                    new Counterpart("", "not needed: an acknowledgement is on disk when it is sent")),
            Map.entry(
                    "autosave_on_changes",
                    new Counterpart("", "not needed: an acknowledgement is on disk when it is sent")),
            Map.entry("certfile", new Counterpart("", TLS)),
            Map.entry("keyfile", new Counterpart("", TLS)),
            Map.entry("cafile", new Counterpart("", TLS)),
            Map.entry("require_certificate", new Counterpart("", TLS)),
            Map.entry("password_file", new Counterpart("", ACCESS)),
            Map.entry("acl_file", new Counterpart("", ACCESS)),
            Map.entry("allow_anonymous", new Counterpart("", ACCESS)),
            Map.entry("set_tcp_nodelay", new Counterpart("", "always on here")),
            Map.entry("retain_available", new Counterpart("", "retained messages are always available here")),
            Map.entry("queue_qos0_messages", new Counterpart("", "QoS 0 is not queued here")),
            Map.entry("per_listener_settings", new Counterpart("", "read the remarks below for each listener")),
            Map.entry("pid_file", new Counterpart("", "not needed: a folder has one broker by its lock")),
            Map.entry("user", new Counterpart("", "start the broker as the user that it shall be")),
            Map.entry("log_dest", new Counterpart("", "the log goes to standard error")),
            Map.entry("log_type", new Counterpart("", "HOLDFAST_LOG_LEVEL sets the level")));

    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<String> remarks = new ArrayList<>();
    private String listener = "";
    private int listeners;
    private int line;

    private MosquittoSettings() {}

    /** Reads the lines of a file. */
    static MosquittoSettings read(List<String> lines) {
        MosquittoSettings read = new MosquittoSettings();
        for (String text : lines) {
            read.line++;
            String bare = text.strip();
            if (!bare.isEmpty() && bare.charAt(0) != '#') {
                String[] words = bare.split("\\s+", 2);
                read.directive(words[0], words.length == 2 ? words[1].strip() : "");
            }
        }
        return read;
    }

    private void directive(String name, String value) {
        switch (name) {
            case "listener" -> listener(value);
            case "port" -> port(value);
            case "bind_address" -> bind(value);
            case "max_connections" -> maxConnections(value);
            case "protocol" -> {
                if (value.equals("websockets")) {
                    set(listenerKey("type"), "websocket");
                } else if (!value.equals("mqtt")) {
                    remark(name, value, "there is no such protocol here");
                }
            }
            case "persistent_client_expiration" -> expiration(value);
            default -> other(name, value);
        }
    }

    private void listener(String value) {
        String[] words = value.split("\\s+", -1);
        listeners++;
        listener = listeners == 1 ? "tcp" : "listener-" + listeners;
        if (!isNumber(words[0])) {
            remark("listener", value, "a listener has a TCP port here");
            return;
        }
        set(listenerKey("port"), words[0]);
        set(listenerKey("bind"), quoted(words.length > 1 ? words[1] : "0.0.0.0"));
    }

    private void port(String value) {
        if (isNumber(value)) {
            listener = "tcp";
            listeners = Math.max(1, listeners);
            set("listeners.tcp.port", value);
        } else {
            remark("port", value, "it is no number");
        }
    }

    private void bind(String value) {
        set("listeners.tcp.bind", quoted(value));
    }

    private void maxConnections(String value) {
        if (value.equals("-1")) {
            return; // No limit but the one that counts over all listeners, which is the default.
        }
        if (isNumber(value)) {
            set(listener.isEmpty() ? "connections-max" : listenerKey("connections-max"), value);
        } else {
            remark("max_connections", value, "it is no number");
        }
    }

    /** A number with h, d, w, m or y behind it. */
    private void expiration(String value) {
        long unitSeconds = value.isEmpty()
                ? 0
                : switch (value.charAt(value.length() - 1)) {
                    case 'h' -> 3_600L;
                    case 'd' -> 86_400L;
                    case 'w' -> 7 * 86_400L;
                    case 'm' -> 30 * 86_400L;
                    case 'y' -> 365 * 86_400L;
                    default -> 0L;
                };
        String number = value.isEmpty() ? "" : value.substring(0, value.length() - 1);
        if (unitSeconds == 0 || !isNumber(number)) {
            remark("persistent_client_expiration", value, "it is no length of time");
            return;
        }
        set("session.expiry-seconds-max", Long.toString(Math.min(0xFFFF_FFFFL, Long.parseLong(number) * unitSeconds)));
    }

    private void other(String name, String value) {
        Counterpart known = GLOBAL.get(name);
        if (known == null) {
            remark(name, value, "has no counterpart here");
        } else if (known.key().isEmpty()) {
            remark(name, value, known.remark());
        } else if (!isNumber(value)) {
            remark(name, value, "it is no number");
        } else if (known.key().equals("sys-interval")) {
            set(known.key(), value + " s");
        } else if (value.equals("0") && name.equals("max_packet_size")) {
            remark(name, value, "0 means no limit there; mqtt.packet-bytes-max has one");
        } else {
            set(known.key(), value);
        }
    }

    private String listenerKey(String key) {
        return "listeners." + (listener.isEmpty() ? "tcp" : listener) + "." + key;
    }

    private static boolean isNumber(String value) {
        return value.matches("[0-9]{1,10}");
    }

    private static String quoted(String value) {
        return '"' + value.replaceAll("[^A-Za-z0-9.:%_-]", "") + '"';
    }

    private void set(String key, String value) {
        settings.put(key, value);
    }

    private void remark(String name, String value, String text) {
        // A line may hold a password: only names of files and numbers are shown, and never much.
        boolean secret = name.contains("password") && !name.equals("password_file") || name.contains("psk");
        String shown = secret ? "..." : value.substring(0, Math.min(LINE_SHOWN_CHARS, value.length()));
        remarks.add(line + ": " + (name + " " + shown).strip().replaceAll("\\p{Cntrl}", "?") + ": " + text);
    }

    /** The settings as a file for {@code run --config}. */
    String hocon() {
        StringBuilder text = new StringBuilder("# From mosquitto.conf; see docs/configuration.md\n");
        if (listeners == 0) {
            text.append(String.format(Locale.ROOT, "listeners.tcp.port = %d%n", DEFAULT_PORT));
        }
        settings.forEach(
                (key, value) -> text.append(key).append(" = ").append(value).append('\n'));
        return text.toString();
    }

    /** What has no counterpart, each with its line. */
    List<String> remarks() {
        return remarks;
    }
}
