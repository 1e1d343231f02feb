// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What becomes of a running broker's settings when they are read again.
 *
 * @param config what is to be in force now: the new settings where they can change at run time, else those that were
 * @param changed keys with another value than before
 * @param atNextStart keys, or listeners, whose new value has to wait
 */
record Reload(BrokerConfig config, SortedSet<String> changed, SortedSet<String> atNextStart) {
    private static final String LISTENERS = "listeners.";

    /** Reads the settings again; they must be good for a start too. */
    static Reload of(BrokerConfig running, ConfigReader reader) throws ConfigurationException {
        SortedMap<String, SettingValue> next = reader.read().settings();
        SortedMap<String, SettingValue> merged = new TreeMap<>();
        SortedSet<String> changed = new TreeSet<>();
        SortedSet<String> waiting = new TreeSet<>();
        for (Map.Entry<String, SettingValue> before : running.settings().entrySet()) {
            String key = before.getKey();
            SettingValue after = next.get(key);
            merged.put(key, before.getValue());
            Setting setting = SettingCheck.find(key);
            if (after == null || !sameType(key, running.settings(), next)) {
                waiting.add(listener(key));
            } else if (setting != null && setting.isReloadable()) {
                merged.put(key, after);
                addIfOther(key, before.getValue(), after, changed);
            } else {
                addIfOther(key, before.getValue(), after, waiting);
            }
        }
        for (String key : next.keySet()) {
            if (!merged.containsKey(key)) {
                waiting.add(listener(key));
            }
        }
        return new Reload(ConfigReader.of(merged, running.admin().portGiven()), changed, waiting);
    }

    private static void addIfOther(String key, SettingValue before, SettingValue after, SortedSet<String> keys) {
        if (!before.text().equals(after.text())) {
            keys.add(key);
        }
    }

    /** A listener of another type is another listener, with settings that would not fit this one. */
    private static boolean sameType(String key, Map<String, SettingValue> running, Map<String, SettingValue> next) {
        if (!key.startsWith(LISTENERS)) {
            return true;
        }
        String type = listener(key) + ".type";
        SettingValue before = running.get(type);
        SettingValue after = next.get(type);
        return before != null && after != null && before.text().equals(after.text());
    }

    /** {@code listeners.NAME} of a listener's key. */
    private static String listener(String key) {
        int end = key.startsWith(LISTENERS) ? key.indexOf('.', LISTENERS.length()) : -1;
        return end < 0 ? key : key.substring(0, end);
    }

    /** What has happened, in one line. */
    String line() {
        return (changed.isEmpty() ? "no setting has changed" : "changed: " + String.join(", ", changed))
                + (atNextStart.isEmpty()
                        ? ""
                        : "; cannot change before the next start: " + String.join(", ", atNextStart));
    }
}
