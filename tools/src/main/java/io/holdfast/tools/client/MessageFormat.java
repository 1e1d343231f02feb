// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Property;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How a message is printed: mosquitto_sub's {@code -F} with its {@code %} letters, {@code @} letters for the time, and
 * backslash escapes. A {@code %} may be followed by {@code -} (left), {@code 0} (zeros), a width and a precision.
 */
final class MessageFormat {
    private static final int WIDTH_MAX = 10_000;

    /** One piece of the output. */
    private interface Piece {
        void write(Publish message, ZonedDateTime time, ByteArrayOutputStream out);
    }

    private final List<Piece> pieces = new ArrayList<>();
    private final String template;
    private int at;

    /**
     * Reads a template.
     *
     * @throws IllegalArgumentException with a sentence, if it holds a letter that means nothing
     */
    MessageFormat(String template) {
        this.template = template;
        ByteArrayOutputStream literal = new ByteArrayOutputStream();
        while (at < template.length()) {
            int c = template.codePointAt(at);
            at += Character.charCount(c);
            Piece piece = null;
            if (c == '%') {
                piece = field(literal);
            } else if (c == '@') {
                piece = time(literal);
            } else if (c == '\\') {
                literal.write(escape(next("\\")));
            } else {
                literal.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
            }
            if (piece != null) {
                flush(literal);
                pieces.add(piece);
            }
        }
        flush(literal);
    }

    private void flush(ByteArrayOutputStream literal) {
        if (literal.size() > 0) {
            byte[] bytes = literal.toByteArray();
            literal.reset();
            pieces.add((message, time, out) -> out.writeBytes(bytes));
        }
    }

    /** Appends the message. */
    void write(Publish message, ZonedDateTime time, ByteArrayOutputStream out) {
        pieces.forEach(piece -> piece.write(message, time, out));
    }

    private char next(String behind) {
        if (at == template.length()) {
            throw new IllegalArgumentException("-F: something must follow " + behind);
        }
        return template.charAt(at++);
    }

    private static int escape(char letter) {
        return switch (letter) {
            case '\\' -> '\\';
            case '0' -> 0;
            case 'a' -> 0x07;
            case 'e' -> 0x1B;
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> 0x0B;
            default ->
                throw new IllegalArgumentException(
                        "-F: \\" + letter + " means nothing; there are \\\\ \\0 \\a \\e \\n \\r \\t \\v");
        };
    }

    // ---- fields

    private @Nullable Piece field(ByteArrayOutputStream literal) {
        char letter = next("%");
        if (letter == '%') {
            literal.write('%');
            return null;
        }
        boolean left = false;
        boolean zeros = false;
        while (letter == '-' || letter == '0') {
            left |= letter == '-';
            zeros |= letter == '0';
            letter = next("%");
        }
        int width = 0;
        for (; Character.isDigit(letter); letter = next("%")) {
            width = Math.min(WIDTH_MAX, width * 10 + letter - '0');
        }
        int precision = -1;
        if (letter == '.') {
            precision = 0;
            for (letter = next("%"); Character.isDigit(letter); letter = next("%")) {
                precision = Math.min(WIDTH_MAX, precision * 10 + letter - '0');
            }
        }
        return field(letter, new Padding(left, zeros, width, precision));
    }

    private static Piece field(char letter, Padding padding) {
        return switch (letter) {
            case 'j', 'J' -> (message, time, out) -> MessageJson.write(message, time, letter == 'J', out);
            case 'A', 'C', 'D', 'E', 'F', 'I', 'l', 'm', 'P', 'p', 'q', 'R', 'r', 'S', 't', 'U', 'x', 'X' ->
                (message, time, out) -> padding.write(value(letter, message, time), letter, out);
            default ->
                throw new IllegalArgumentException("-F: %" + letter
                        + " means nothing; there are %% %A %C %D %E %F %I %j %J %l %m %P %p %q %R %r %S %t %U %x %X");
        };
    }

    private static byte[] value(char letter, Publish message, ZonedDateTime time) {
        Properties properties = message.properties();
        return switch (letter) {
            case 'p' -> message.payload();
            case 't' -> message.topic().utf8();
            case 'D' -> orEmpty(properties.correlationData());
            default -> text(letter, message, time).getBytes(StandardCharsets.UTF_8);
        };
    }

    private static String text(char letter, Publish message, ZonedDateTime time) {
        Properties properties = message.properties();
        return switch (letter) {
            case 'C' -> orEmpty(properties.contentType());
            case 'E' -> number(properties, Property.MESSAGE_EXPIRY_INTERVAL);
            case 'F' -> number(properties, Property.PAYLOAD_FORMAT_INDICATOR);
            case 'I' ->
                DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssZ", Locale.ROOT)
                        .format(time);
            case 'l' -> Integer.toString(message.payload().length);
            case 'm' -> Integer.toString(message.qos() == QoS.AT_MOST_ONCE ? 0 : message.packetId());
            case 'P' ->
                properties.userProperties().stream()
                        .map(one -> one.name() + ":" + one.value())
                        .collect(Collectors.joining(" "));
            case 'q' -> Integer.toString(message.qos().level());
            case 'R' -> orEmpty(properties.responseTopic());
            case 'r' -> message.retain() ? "1" : "0";
            case 'S' ->
                IntStream.of(properties.subscriptionIdentifiers())
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining(" "));
            case 'U' -> time.toEpochSecond() + String.format(Locale.ROOT, ".%09d", time.getNano());
            case 'x' -> HexFormat.of().formatHex(message.payload());
            case 'X' -> HexFormat.of().withUpperCase().formatHex(message.payload());
            default -> ""; // A topic alias has been resolved by the decoder.
        };
    }

    private static byte[] orEmpty(byte @Nullable [] bytes) {
        return bytes == null ? new byte[0] : bytes;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static String number(Properties properties, Property property) {
        return properties.contains(property) ? Long.toString(properties.number(property, 0)) : "";
    }

    /** Widths count bytes, as mosquitto's do. */
    private record Padding(boolean left, boolean zeros, int width, int precision) {
        void write(byte[] value, char letter, ByteArrayOutputStream out) {
            boolean isNumber = "Flmqr".indexOf(letter) >= 0;
            byte[] shown =
                    precision < 0 || precision >= value.length || isNumber ? value : Arrays.copyOf(value, precision);
            byte[] fill = new byte[Math.max(0, width - shown.length)];
            Arrays.fill(fill, (byte) (zeros && !left && isNumber ? '0' : ' '));
            if (!left) {
                out.writeBytes(fill);
            }
            out.writeBytes(shown);
            if (left) {
                out.writeBytes(fill);
            }
        }
    }

    // ---- time

    private @Nullable Piece time(ByteArrayOutputStream literal) {
        char letter = next("@");
        if (letter == '@') {
            literal.write('@');
            return null;
        }
        if (letter == 's') {
            return (message, time, out) -> out.writeBytes(ascii(Long.toString(time.toEpochSecond())));
        }
        DateTimeFormatter format = DateTimeFormatter.ofPattern(pattern(letter), Locale.ROOT);
        return (message, time, out) -> out.writeBytes(ascii(format.format(time)));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String pattern(char letter) {
        return switch (letter) {
            case 'Y' -> "yyyy";
            case 'y' -> "yy";
            case 'm' -> "MM";
            case 'd' -> "dd";
            case 'j' -> "DDD";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            case 'N' -> "SSSSSSSSS";
            case 'p' -> "a";
            case 'a' -> "EEE";
            case 'A' -> "EEEE";
            case 'b', 'h' -> "MMM";
            case 'B' -> "MMMM";
            case 'F' -> "yyyy-MM-dd";
            case 'T' -> "HH:mm:ss";
            case 'D' -> "MM/dd/yy";
            case 'R' -> "HH:mm";
            case 'z' -> "xx";
            case 'Z' -> "zzz";
            default ->
                throw new IllegalArgumentException(
                        "-F: @" + letter + " is no part of the time that is known here; there are "
                                + "@@ @Y @y @m @d @j @H @I @M @S @N @s @p @a @A @b @B @F @T @D @R @z @Z");
        };
    }
}
