// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A {@code mosquitto.conf} as our settings, with a remark for each line that has no counterpart or means less here. */
final class MosquittoSettings {
    /** The remark on a value that should be one. */
    static final String NO_NUMBER = "it is no number";

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
            Map.entry("set_tcp_nodelay", new Counterpart("", "always on here")),
            Map.entry("retain_available", new Counterpart("", "retained messages are always available here")),
            Map.entry("queue_qos0_messages", new Counterpart("", "QoS 0 is not queued here")),
            Map.entry("pid_file", new Counterpart("", "not needed: a folder has one broker by its lock")),
            Map.entry("user", new Counterpart("", "start the broker as the user that it shall be")),
            Map.entry("log_dest", new Counterpart("", "the log goes to standard error")),
            Map.entry("log_type", new Counterpart("", "HOLDFAST_LOG_LEVEL sets the level")));

    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<MosquittoListener> listeners = new ArrayList<>();
    private final MosquittoAccess access = new MosquittoAccess();
    private final Remarks remarks = new Remarks();

    /** What is said before the first listener is said of one without a name. */
    private MosquittoListener listener = new MosquittoListener();

    private Place place = new Place(Path.of(""), 0, 0);

    private MosquittoSettings() {
        listeners.add(listener);
    }

    /**
     * Reads a file, and those that it includes.
     *
     * @throws MosquittoFileException when one of those is no text
     * @throws IOException when one of those cannot be read
     */
    static MosquittoSettings read(TextFile file) throws IOException {
        MosquittoSettings read = new MosquittoSettings();
        MosquittoListener unnamed = read.listener;
        read.lines(file, true);
        // mosquitto opens the one without a name only if it has a place, or is the only one.
        if (read.listeners.size() > 1 ? !unnamed.hasPlace() : unnamed.isEmpty()) {
            read.listeners.remove(unnamed);
        }
        return read;
    }

    private void lines(TextFile file, boolean includes) throws IOException {
        for (int i = 0; i < file.lines().size(); i++) {
            place = new Place(file.path(), i + 1, place.order() + 1);
            String bare = file.lines().get(i).strip();
            if (!bare.isEmpty() && bare.charAt(0) != '#') {
                String[] words = bare.split("\\s+", 2);
                String value = words.length == 2 ? words[1].strip() : "";
                if (includes && words[0].equals("include_dir")) {
                    include(Path.of(value));
                } else {
                    directive(words[0], value);
                }
            }
        }
    }

    /** The files of a folder by name. What they say before a listener is not said of the one that is open here, as there. */
    private void include(Path folder) throws IOException {
        MosquittoListener outer = listener;
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(each -> each.toString().endsWith(".conf"))
                    .sorted()
                    .toList();
        }
        for (Path each : files) {
            listener = listeners.get(0);
            lines(TextFile.read(each), false);
        }
        listener = outer;
    }

    private void directive(String name, String value) {
        switch (name) {
            case "listener" -> listener(value);
            case "port" -> {
                if (isNumber(value)) {
                    listener.setPort(value);
                } else {
                    remark("port", value, NO_NUMBER);
                }
            }
            case "bind_address" -> listener.set("bind", quoted(value));
            case "persistent_client_expiration" -> expiration(value);
            default -> {
                if (!access.take(name, value, place)) {
                    ofListener(name, value);
                }
            }
        }
    }

    private void ofListener(String name, String value) {
        String remark = listener.take(name, value, place);
        if (remark != null && remark.isEmpty()) {
            other(name, value);
        } else if (remark != null) {
            remark(name, value, remark);
        }
    }

    private void listener(String value) {
        String[] words = value.split("\\s+", -1);
        listener = new MosquittoListener();
        listeners.add(listener);
        if (words[0].equals("0") && words.length > 1 && words[1].contains("/")) {
            listener.setPath(value.substring(1).strip());
            return;
        }
        if (!isNumber(words[0])) {
            remark("listener", value, "a listener has a TCP port here");
            return;
        }
        listener.set("port", words[0]);
        listener.set("bind", quoted(words.length > 1 ? words[1] : "0.0.0.0"));
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
            remark(name, value, NO_NUMBER);
        } else if (known.key().equals("sys-interval")) {
            set(known.key(), value + " s");
        } else if (value.equals("0") && name.equals("max_packet_size")) {
            remark(name, value, "0 means no limit there; mqtt.packet-bytes-max has one");
        } else {
            set(known.key(), value);
        }
    }

    static boolean isNumber(String value) {
        return value.matches("[0-9]{1,10}");
    }

    /** A text as a value of HOCON. */
    static String quoted(String value) {
        StringBuilder text = new StringBuilder("\"");
        value.chars().forEach(c -> {
            if (c < ' ') {
                text.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                text.append(c == '"' || c == '\\' ? "\\" : "").append((char) c);
            }
        });
        return text.append('"').toString();
    }

    private void set(String key, String value) {
        settings.put(key, value);
    }

    private void remark(String name, String value, String text) {
        // A line may hold a password: only names of files and numbers are shown.
        boolean secret = name.contains("password") || name.contains("psk");
        remarks.add(place, name + " " + (secret ? "..." : value), text);
    }

    /** The file with its accounts, null when it has none or no single one. */
    @Nullable
    String passwordFile() {
        return access.passwordFile();
    }

    /** The file with its rules, null when it has none or no single one. */
    @Nullable
    String aclFile() {
        return access.aclFile();
    }

    /**
     * The settings as a file for {@code run --config}.
     *
     * @param passwords the file with the accounts, if there are any
     * @param rules the file with the rules, if there are any
     */
    Converted convert(Path passwords, Path rules) {
        StringBuilder text = new StringBuilder("# From mosquitto.conf; see docs/configuration.md\n");
        Map<String, String> all = new LinkedHashMap<>(settings);
        if (!listeners.isEmpty() && listeners.stream().allMatch(MosquittoListener::isUnix)) {
            all.put("listeners.tcp.enabled", "false"); // Else it would be open beside them.
        }
        boolean defaultTaken = false;
        int number = 0;
        for (MosquittoListener each : listeners) {
            number++;
            boolean first = !each.isUnix() && !defaultTaken;
            defaultTaken |= first;
            String name = first ? "tcp" : "listener-" + number;
            each.settings(remarks).forEach((key, value) -> all.put("listeners." + name + "." + key, value));
        }
        all.putAll(access.settings(
                (int) listeners.stream().filter(MosquittoListener::hasPlace).count(),
                quoted(passwords.toString()),
                quoted(rules.toString()),
                remarks));
        all.forEach((key, value) -> text.append(key).append(" = ").append(value).append('\n'));
        String summary = all.size() + (all.size() == 1 ? " setting" : " settings");
        return new Converted(text.toString(), remarks.lines(), summary);
    }
}
