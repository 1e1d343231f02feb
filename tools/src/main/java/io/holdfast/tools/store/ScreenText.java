// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Turns what clients sent into what a terminal may show: nothing a client chose can move the cursor or fake a line. */
public final class ScreenText {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private ScreenText() {}

    /** A text in one line: control, format and lone surrogate characters, and the backslash, are escaped. */
    public static String of(@Nullable String text) {
        if (text == null) {
            return "-";
        }
        if (text.isEmpty()) {
            return "\"\"";
        }
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> append(out, c));
        return out.toString();
    }

    private static void append(StringBuilder out, int c) {
        switch (c) {
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                if (isHarmless(c)) {
                    out.appendCodePoint(c);
                } else {
                    out.append(String.format(Locale.ROOT, c > 0xffff ? "\\U%08x" : "\\u%04x", c));
                }
            }
        }
    }

    private static boolean isHarmless(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    /** UTC, to the millisecond; the lexical order is the order in time. */
    public static String time(long millis) {
        return millis == 0 ? "-" : TIME.format(Instant.ofEpochMilli(millis));
    }

    /** A payload as the text it is, or null when it is none. */
    static @Nullable String text(byte[] record, int offset, int length) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(record, offset, length))
                    .toString();
            boolean binary = text.codePoints().anyMatch(c -> !isHarmless(c) && c != '\n' && c != '\r' && c != '\t');
            return binary ? null : text;
        } catch (CharacterCodingException e) {
            // Not UTF-8, so not a text: the caller shows it in hexadecimal.
            return null;
        }
    }

    static String hex(byte[] bytes, int offset, int length) {
        return HexFormat.of().formatHex(bytes, offset, offset + length);
    }
}
