// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import java.util.regex.Pattern;

/**
 * Whether a client identifier looks as if a program had drawn it: such a client will not come back to its session, since
 * it takes another identifier next time. A guess, for reports only.
 */
final class RandomLooking {
    private static final Pattern UUID =
            Pattern.compile("(?i).*[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}.*");

    /** What the usual clients draw when they are given none: mosquitto, MQTT.js, Paho, MQTT Explorer, MQTTX. */
    private static final Pattern OF_CLIENTS = Pattern.compile(
            "mosq[-_/].*|mosqpub\\|.*|mosqsub\\|.*|mqttjs_[0-9a-f]{8}|paho[-_/]?[0-9]{6,}.*|mqtt-explorer-[0-9a-f]{8}"
                    + "|mqttx_[0-9a-f]{8}|auto-[0-9A-Fa-f-]{16,}");

    /** Hexadecimal digits in a row that no serial number of a device is likely to have: letters and digits mixed. */
    private static final Pattern HEX = Pattern.compile("(?i)[0-9a-f]{12,}");

    private static final int MIXED_LENGTH_MIN = 16;
    private static final int CHANGES_MIN = 6;

    private RandomLooking() {}

    static boolean test(String clientId) {
        return UUID.matcher(clientId).matches()
                || OF_CLIENTS.matcher(clientId).matches()
                || hasHexRun(clientId)
                || isMixed(clientId);
    }

    private static boolean hasHexRun(String clientId) {
        return HEX.matcher(clientId).results().anyMatch(run -> changes(run.group()) >= CHANGES_MIN - 2);
    }

    /** A long word in which digits, capitals and small letters alternate, as in base 64. */
    private static boolean isMixed(String clientId) {
        return clientId.length() >= MIXED_LENGTH_MIN
                && clientId.chars()
                        .allMatch(c -> Character.isLetterOrDigit(c) || c == '-' || c == '_' || c == '+' || c == '/')
                && changes(clientId) >= CHANGES_MIN
                && changes(clientId) * 4 >= clientId.length();
    }

    /** How often the kind of character changes. */
    private static int changes(String text) {
        int changes = 0;
        for (int i = 1; i < text.length(); i++) {
            changes += kind(text.charAt(i)) == kind(text.charAt(i - 1)) ? 0 : 1;
        }
        return changes;
    }

    private static int kind(char c) {
        return Character.isDigit(c) ? 0 : Character.isUpperCase(c) ? 1 : 2;
    }
}
