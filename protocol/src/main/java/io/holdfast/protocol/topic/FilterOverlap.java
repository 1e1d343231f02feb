// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.topic;

import java.util.List;

/** Whether two topic filters have a topic in common. */
public final class FilterOverlap {
    private FilterOverlap() {}

    public static boolean exists(TopicFilter one, TopicFilter other) {
        List<String> a = one.levels();
        List<String> b = other.levels();
        if (isClosedTo(one, b) || isClosedTo(other, a)) {
            return false;
        }
        int shared = Math.min(a.size(), b.size());
        for (int i = 0; i < shared; i++) {
            if (a.get(i).equals("#") || b.get(i).equals("#")) {
                return true;
            }
            if (!a.get(i).equals(b.get(i)) && !a.get(i).equals("+") && !b.get(i).equals("+")) {
                return false;
            }
        }
        return a.size() == b.size() || endsThere(a, shared) || endsThere(b, shared);
    }

    /** What begins with a wildcard keeps away from topics that begin with $. */
    private static boolean isClosedTo(TopicFilter filter, List<String> other) {
        return filter.startsWithWildcard() && other.get(0).startsWith("$");
    }

    /** {@code a/#} covers {@code a} as well. */
    private static boolean endsThere(List<String> levels, int size) {
        return levels.size() == size + 1 && levels.get(size).equals("#");
    }
}
