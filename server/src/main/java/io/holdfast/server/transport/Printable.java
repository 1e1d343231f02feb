// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

/** Text that came from a client, made safe for a log line: quoted, control and direction characters escaped, cut short. */
public final class Printable {
    private static final int CHARS_MAX = 128;

    private Printable() {}

    /** The text in double quotes; at most 128 of its characters. */
    public static String quoted(String text) {
        return quoted(text, '"');
    }

    /** As above, in quotes of another kind. */
    public static String quoted(String text, char quote) {
        StringBuilder out = new StringBuilder(text.length() + 2).append(quote);
        int length = Math.min(text.length(), CHARS_MAX);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == quote || c == '\\') {
                out.append('\\').append(c);
            } else if (isHarmless(c)) {
                out.append(c);
            } else {
                out.append(String.format("\\u%04x", (int) c));
            }
        }
        return out.append(quote).append(length < text.length() ? "..." : "").toString();
    }

    /** Not a control, format (direction marks, joiners), line or paragraph separator, surrogate or unassigned one. */
    private static boolean isHarmless(char c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
