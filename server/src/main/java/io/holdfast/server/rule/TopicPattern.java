// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.rule;

import io.holdfast.protocol.topic.InvalidTopicException;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.access.Client;
import org.jspecify.annotations.Nullable;

/**
 * The topics of a rule: a topic filter in which {@code %u} stands for the user name, {@code %c} for the client identifier
 * and {@code %%} for a percent sign. A name is put in as it is and can only ever be a part of one level: one with
 * {@code +}, {@code #} or {@code /}, or one that begins with {@code $}, fits no rule that asks for it (T31), and neither
 * does one that is missing.
 */
final class TopicPattern {
    private static final String STAND_IN = "x";

    private final String text;
    /** The filter itself, when it is the same for everybody. */
    private final @Nullable TopicFilter constant;

    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException with half a sentence that says what is wrong with it
     */
    TopicPattern(String text) {
        this.text = text;
        requireKnown(text);
        String shape = filled(text, STAND_IN, STAND_IN);
        TopicFilter filter;
        try {
            filter = TopicFilter.parse(String.valueOf(shape));
        } catch (InvalidTopicException e) {
            throw new IllegalArgumentException("'" + text + "' is no topic filter: " + e.getMessage(), e);
        }
        if (filter.isShared()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is a shared filter; rules speak of the filter behind the share name");
        }
        boolean same = filled(text, null, null) != null;
        constant = same ? filter : null;
    }

    private static void requireKnown(String text) {
        for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 2)) {
            if (i + 1 == text.length() || "uc%".indexOf(text.charAt(i + 1)) < 0) {
                throw new IllegalArgumentException("'" + text
                        + "' has a % that is none of %u (user), %c (client identifier) and %% (a percent sign)");
            }
        }
    }

    /** The filter for this client, or null when it has no name that could stand there. */
    @Nullable
    TopicFilter filter(Client client) {
        if (constant != null) {
            return constant;
        }
        String filled = filled(text, literal(client.user()), literal(client.clientId()));
        return filled == null ? null : TopicFilter.parse(filled);
    }

    private static @Nullable String literal(@Nullable String name) {
        boolean usable = name != null
                && !name.isEmpty()
                && name.charAt(0) != '$'
                && name.chars().noneMatch(c -> c == '+' || c == '#' || c == '/');
        return usable ? name : null;
    }

    /** The text with names in it; null when one that is asked for is null. */
    private static @Nullable String filled(String text, @Nullable String user, @Nullable String client) {
        StringBuilder out = new StringBuilder();
        int done = 0;
        for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', done)) {
            String name = switch (text.charAt(i + 1)) {
                case 'u' -> user;
                case 'c' -> client;
                default -> "%";
            };
            if (name == null) {
                return null;
            }
            out.append(text, done, i).append(name);
            done = i + 2;
        }
        out.append(text, done, text.length());
        return out.toString();
    }

    @Override
    public String toString() {
        return text;
    }
}
