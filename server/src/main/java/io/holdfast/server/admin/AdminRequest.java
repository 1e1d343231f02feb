// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request's words: method, the path's parts, and its parameters. A part may hold any character, percent-encoded, the
 * slash of a topic too.
 */
record AdminRequest(String method, List<String> path, Map<String, List<String>> parameters) {
    /**
     * Takes a request line apart.
     *
     * @throws AdminException when it cannot be decoded
     */
    static AdminRequest of(String method, String uri) {
        try {
            QueryStringDecoder decoder = new QueryStringDecoder(uri);
            List<String> parts = new ArrayList<>();
            for (String raw : decoder.rawPath().split("/", -1)) {
                // A plus sign is itself in a path.
                parts.add(QueryStringDecoder.decodeComponent(raw.replace("+", "%2B")));
            }
            return new AdminRequest(method, parts.subList(1, parts.size()), decoder.parameters());
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new AdminException(AdminException.BAD_REQUEST, "the address of the request cannot be decoded");
        }
    }

    /** Refuses parameters that nothing would look at: a filter with a typing error must not select everything. */
    AdminRequest allow(String... known) {
        Set<String> names = Set.of(known);
        for (String name : parameters.keySet()) {
            if (!names.contains(name)) {
                throw bad("there is no parameter '" + name + "' here; there is " + String.join(", ", known));
            }
        }
        return this;
    }

    @Nullable
    String text(String name) {
        List<String> values = parameters.get(name);
        return values == null || values.isEmpty() ? null : values.get(0);
    }

    /** One of a few words, the first when it is not given. */
    String word(String name, String... words) {
        String value = text(name);
        if (value == null) {
            return words[0];
        }
        if (!Arrays.asList(words).contains(value)) {
            throw bad(name + " is '" + value + "', but it must be one of " + String.join(", ", words));
        }
        return value;
    }

    long number(String name, long otherwise, long min, long max) {
        String value = text(name);
        if (value == null) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Answered below, as a number that is out of range.
        }
        throw bad(name + " is '" + value + "', but it must be a whole number, " + min + " to " + max);
    }

    static AdminException bad(String sentence) {
        return new AdminException(AdminException.BAD_REQUEST, sentence);
    }
}
