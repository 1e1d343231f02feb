// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.topic;

import io.holdfast.protocol.topic.InvalidTopicException.Fault;
import java.nio.charset.StandardCharsets;

/**
 * The two parts of a shared subscription's filter {@code $share/group/filter} [MQTT5-4.8.2-1]. Read the same way in all
 * versions: 3.1.1 knows no shared subscriptions, but no client of it has another use for such a filter.
 */
record SharedFilter(String groupName, TopicFilter inner) {
    /** {@code $share} alone is a shared filter too, an unfinished one: a plain filter of that text helps nobody. */
    private static final byte[] PREFIX = "$share".getBytes(StandardCharsets.US_ASCII);

    /** Whether the first level of this filter is {@code $share}. */
    static boolean isShared(byte[] utf8) {
        for (int i = 0; i < PREFIX.length; i++) {
            if (i >= utf8.length || utf8[i] != PREFIX[i]) {
                return false;
            }
        }
        return utf8.length == PREFIX.length || utf8[PREFIX.length] == '/';
    }

    /**
     * The index of the {@code /} behind the group; the group is not empty, without wildcards, and something follows
     * [MQTT5-4.8.2-2].
     */
    static int groupEnd(byte[] utf8) {
        int groupStart = PREFIX.length + 1;
        int end = groupStart;
        while (end < utf8.length && utf8[end] != '/') {
            if (utf8[end] == '+' || utf8[end] == '#') {
                throw new InvalidTopicException(Fault.GRAMMAR, "wildcard in the group of a shared filter");
            }
            end++;
        }
        if (end <= groupStart) {
            throw new InvalidTopicException(Fault.GRAMMAR, "shared filter without a group");
        }
        if (end >= utf8.length - 1) {
            throw new InvalidTopicException(Fault.GRAMMAR, "shared filter with nothing behind its group");
        }
        return end;
    }

    static String groupName(byte[] utf8, int groupEnd) {
        int groupStart = PREFIX.length + 1;
        return new String(utf8, groupStart, groupEnd - groupStart, StandardCharsets.UTF_8);
    }
}
