// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import io.holdfast.server.transport.ListenerConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whether a setting exists, and whether its value is one that it may have; if not, the sentence that says what would be. */
final class SettingCheck {
    private SettingCheck() {}

    /** The setting with this key, or null; {@code listeners.NAME} stands for any listener. */
    static @Nullable Setting find(String key) {
        for (Setting setting : Setting.values()) {
            if (setting.key(listener(key)).equals(key)) {
                return setting;
            }
        }
        return null;
    }

    /** The key of a setting that is spelt most like this one. */
    static String nearest(String key) {
        String nearest = "";
        int distance = Integer.MAX_VALUE;
        for (Setting setting : Setting.values()) {
            String known = setting.key(listener(key));
            int edits = edits(known, key);
            if (edits < distance) {
                distance = edits;
                nearest = known;
            }
        }
        return nearest;
    }

    private static String listener(String key) {
        try {
            List<String> path = ConfigUtil.splitPath(key);
            boolean ofListener = path.size() > 2 && path.get(0).equals("listeners");
            return ofListener ? path.get(1) : ListenerConfig.DEFAULT_NAME;
        } catch (ConfigException e) {
            return ListenerConfig.DEFAULT_NAME; // No path at all, so no setting either.
        }
    }

    /** Refuses a key that no setting has. */
    static void requireKnown(String key, ConfigValue value) throws ConfigurationException {
        if (find(key) == null) {
            throw new ConfigurationException(value.origin().description() + ": there is no setting '" + key
                    + "'; did you mean '" + nearest(key) + "'?");
        }
    }

    /** Refuses a value that a setting may not have, or that is missing. */
    static void check(Setting setting, String key, Config all) throws ConfigurationException {
        if (!all.hasPath(key)) {
            throw new ConfigurationException(key + " is missing; it must be " + kind(setting));
        }
        ConfigException cause = null;
        boolean good = false;
        try {
            good = isGood(setting, key, all);
        } catch (ConfigException e) {
            cause = e;
        }
        if (!good) {
            ConfigValue value = all.getValue(key);
            Object shown = SettingValue.isSecret(key) ? SettingValue.MASK : value.unwrapped();
            throw new ConfigurationException(
                    value.origin().description() + ": " + key + " is " + shown + ", but it must be " + kind(setting),
                    cause);
        }
    }

    private static boolean isGood(Setting setting, String key, Config all) {
        return switch (setting.kind()) {
            case TEXT, LIST -> !all.getString(key).isEmpty();
            case WORD ->
                List.of(setting.words().split("[|]"))
                        .contains(all.getString(key).toLowerCase(Locale.ROOT));
            case COUNT -> within(setting, all.getLong(key));
            case BYTES -> within(setting, all.getBytes(key));
            case DURATION ->
                hasUnit(all.getString(key))
                        && within(setting, all.getDuration(key).toMillis());
        };
    }

    /** A time without its unit would be milliseconds, which few who write 10 have in mind. */
    private static boolean hasUnit(String time) {
        return time.chars().anyMatch(Character::isLetter);
    }

    private static boolean within(Setting setting, long value) {
        return setting.min() <= value && value <= setting.max();
    }

    /** What a setting takes, for a person. */
    static String kind(Setting setting) {
        String range = String.format(Locale.ROOT, "%d to %d", setting.min(), setting.max());
        return switch (setting.kind()) {
            case TEXT -> "a text";
            case LIST -> "a text with commas between, or a list such as [\"a\", \"b\"]";
            case WORD -> "one of " + setting.words().replace("|", ", ");
            case COUNT -> "a whole number, " + range;
            case BYTES -> "a number of bytes, " + range + ", for instance 16MiB";
            case DURATION -> "a time of " + range + " ms with its unit, for instance 10s";
        };
    }

    /** Levenshtein's distance. */
    private static int edits(String left, String right) {
        int[] row = new int[right.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= left.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int change = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[right.length()];
    }
}
