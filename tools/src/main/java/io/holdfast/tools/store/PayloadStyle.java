// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** How payloads are shown; the names are those of the option. */
enum PayloadStyle {
    /** As text where they are one, else in hexadecimal. */
    auto,
    /** As text, whatever they are: what is no UTF-8 becomes U+FFFD. */
    text,
    /** As JSON where they are, else as above. */
    json,
    hex,
    /** Not at all. */
    none;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(200).build())
            .build();

    /** The payload as text, if it is shown as one. */
    @Nullable
    String textOf(byte[] record, int offset, int length) {
        return switch (this) {
            case text -> new String(record, offset, length, StandardCharsets.UTF_8);
            case hex, none -> null;
            case auto, json -> ScreenText.text(record, offset, length);
        };
    }

    /** Whether a text is one whole JSON value. */
    static boolean isJson(String text) {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false; // Not JSON, so the caller shows it as the text it is.
        }
    }
}
