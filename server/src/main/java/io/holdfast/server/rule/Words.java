// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.rule;

import java.util.ArrayList;
import java.util.List;

/**
 * A line taken apart: words between blanks, each a list of parts between commas. In double quotes blanks and commas are
 * letters like others; there, and only there, a backslash makes the next character one of them too.
 */
final class Words {
    private final List<List<String>> words = new ArrayList<>();
    private int next;

    /**
     * Takes a line apart.
     *
     * @throws IllegalArgumentException when a quote is not closed
     */
    Words(String line) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        boolean quoted = false;
        boolean inWord = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quoted && c == '\\' && i + 1 < line.length()) {
                part.append(line.charAt(++i));
            } else if (c == '"') {
                quoted = !quoted;
                inWord = true;
            } else if (!quoted && c == ',') {
                parts.add(part.toString());
                part.setLength(0);
                inWord = true;
            } else if (!quoted && (c == ' ' || c == '\t')) {
                if (inWord) {
                    parts.add(part.toString());
                    words.add(List.copyOf(parts));
                    parts.clear();
                    part.setLength(0);
                    inWord = false;
                }
            } else {
                part.append(c);
                inWord = true;
            }
        }
        if (quoted) {
            throw new IllegalArgumentException("a quote is opened and not closed");
        }
        if (inWord) {
            parts.add(part.toString());
            words.add(List.copyOf(parts));
        }
    }

    boolean hasMore() {
        return next < words.size();
    }

    /**
     * The parts of the next word.
     *
     * @throws IllegalArgumentException when there is none
     */
    List<String> list(String what) {
        if (!hasMore()) {
            throw new IllegalArgumentException("the line ends where it should say " + what);
        }
        return words.get(next++);
    }

    /** The next word as a whole. */
    String word(String what) {
        return String.join(",", list(what));
    }
}
