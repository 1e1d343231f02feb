// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Settings in variables of the environment: {@code HOLDFAST_SESSION__QUEUE_BYTES_MAX} is {@code session.queue-bytes-max}. Two
 * underscores are a dot, one is a dash. A variable that is no setting is an error like any unknown key.
 */
final class EnvironmentSettings {
    private static final String PREFIX = "HOLDFAST_";

    /** What ./holdfast and the tests read. */
    private static final Pattern NOT_OURS = Pattern.compile("HOLDFAST_(JAVA_OPTS|CI)");

    /** What Kubernetes sets for a service called holdfast, or holdfast-something. */
    private static final Pattern OF_A_SERVICE = Pattern.compile(
            "HOLDFAST_(\\w+_)?(SERVICE_(HOST|PORT(_\\w+)?)|PORT(_\\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?)");

    private EnvironmentSettings() {}

    /** The keys that variables set, by the variable's name. */
    static SortedMap<String, String> keys(Map<String, String> variables) {
        SortedMap<String, String> keys = new TreeMap<>();
        for (String variable : variables.keySet()) {
            if (variable.startsWith(PREFIX) && !isOfOthers(variable)) {
                keys.put(variable, key(variable));
            }
        }
        return keys;
    }

    private static boolean isOfOthers(String variable) {
        return NOT_OURS.matcher(variable).matches()
                || (OF_A_SERVICE.matcher(variable).matches() && SettingCheck.find(key(variable)) == null);
    }

    private static String key(String variable) {
        return variable.substring(PREFIX.length())
                .toLowerCase(Locale.ROOT)
                .replace("__", ".")
                .replace('_', '-');
    }

    /** The variable that sets a key. */
    static String variable(String key) {
        return PREFIX + key.toUpperCase(Locale.ROOT).replace("-", "_").replace(".", "__");
    }
}
