// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

/** Section 4.7 of the standard in its plainest form, so that the judge does not trust the code it judges. */
public final class FilterMatch {
    private static final String SHARE = "$share/";

    private FilterMatch() {}

    /** A filter without {@code $share} and the share name, if it has them. */
    static String inner(String filter) {
        return isShared(filter) ? filter.substring(filter.indexOf('/', SHARE.length()) + 1) : filter;
    }

    static boolean isShared(String filter) {
        return filter.startsWith(SHARE);
    }

    /** Whether the filter, or the one behind its share name, covers the topic. */
    public static boolean matches(String asked, String topic) {
        String filter = inner(asked);
        if (topic.startsWith("$") && (filter.startsWith("#") || filter.startsWith("+"))) {
            return false;
        }
        String[] wanted = filter.split("/", -1);
        String[] levels = topic.split("/", -1);
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].equals("#")) {
                return true;
            }
            if (i == levels.length || !(wanted[i].equals("+") || wanted[i].equals(levels[i]))) {
                return false;
            }
        }
        return wanted.length == levels.length;
    }
}
