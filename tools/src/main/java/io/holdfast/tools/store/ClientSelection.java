// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Which clients: all, one, or those whose identifier looks like something. A client identifier may hold any character,
 * also those of patterns, so a pattern says that it is one: {@code glob:sensor-*}, {@code regex:^a[0-9]+$}; anything else
 * is the identifier itself, and so is what follows {@code exact:}.
 *
 * @param exact the one client, null for all or a pattern
 * @param pattern what identifiers have to be like, null for all or one
 */
public record ClientSelection(
        @Nullable String exact, @Nullable Predicate<String> pattern) {
    public static final ClientSelection ALL = new ClientSelection(null, null);

    private static final String EXACT = "exact:";
    private static final String GLOB = "glob:";
    private static final String REGEX = "regex:";

    /**
     * Reads an option's value.
     *
     * @throws PatternSyntaxException when it says that it is a regular expression and is none
     */
    public static ClientSelection of(@Nullable String text) {
        if (text == null) {
            return ALL;
        }
        if (text.startsWith(GLOB)) {
            Pattern glob = Pattern.compile(regex(text.substring(GLOB.length())), Pattern.DOTALL);
            return new ClientSelection(null, glob.asMatchPredicate());
        }
        if (text.startsWith(REGEX)) {
            return new ClientSelection(
                    null, Pattern.compile(text.substring(REGEX.length())).asPredicate());
        }
        return new ClientSelection(text.startsWith(EXACT) ? text.substring(EXACT.length()) : text, null);
    }

    /** {@code *} for any characters, {@code ?} for one. */
    private static String regex(String glob) {
        StringBuilder regex = new StringBuilder();
        glob.codePoints().forEach(c -> {
            switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                default -> regex.append(Pattern.quote(Character.toString(c)));
            }
        });
        return regex.toString();
    }

    public boolean isAll() {
        return exact == null && pattern == null;
    }
}
