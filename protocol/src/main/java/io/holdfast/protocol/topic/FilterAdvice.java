// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.topic;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is remarkable about a topic filter. Nothing of it is an error; everything of it has cost somebody an afternoon. */
public final class FilterAdvice {
    private static final TopicFilter OURS = TopicFilter.parse("$SYS/broker/#");

    private FilterAdvice() {}

    /** Why no message will ever be published that a filter covers; null when one can be. */
    public static @Nullable String unmatchable(String text) {
        TopicFilter filter = parse(text);
        if (filter == null) {
            return "it is no topic filter";
        }
        String first = filter.levels().get(0);
        if (!first.startsWith("$")) {
            return null;
        }
        if (!first.equals("$SYS")) {
            return "clients may not publish to topics that begin with $";
        }
        return FilterOverlap.exists(filter, OURS) ? null : "the broker publishes below $SYS/broker only";
    }

    /** What makes a filter easy to get wrong; null when nothing does. */
    public static @Nullable String advice(String text) {
        TopicFilter filter = parse(text);
        if (filter == null) {
            return null;
        }
        List<String> levels = filter.levels();
        if (levels.stream().allMatch(level -> level.equals("#") || level.equals("+"))) {
            return "it has wildcards only, so it is for all topics of that depth";
        }
        if (levels.size() > 1 && levels.get(0).isEmpty()) {
            return "it begins with /, which is an empty level of its own";
        }
        if (levels.size() > 1 && levels.get(levels.size() - 1).isEmpty()) {
            return "it ends with /, which is a level of its own";
        }
        if (levels.stream().anyMatch(String::isEmpty)) {
            return "it has an empty level";
        }
        if (levels.stream().anyMatch(level -> !level.equals(level.strip()))) {
            return "a level begins or ends with a blank, which counts";
        }
        boolean plain = levels.stream().allMatch(FilterAdvice::isPlain);
        return plain ? null : "a level has other characters than letters, digits, _ and -";
    }

    private static boolean isPlain(String level) {
        return level.equals("+")
                || level.equals("#")
                || level.startsWith("$")
                || level.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_' || c == '-');
    }

    private static @Nullable TopicFilter parse(String text) {
        try {
            return TopicFilter.parse(text);
        } catch (InvalidTopicException e) {
            return null; // Told as such.
        }
    }
}
