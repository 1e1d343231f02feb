// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transfer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.google.protobuf.ByteString;
import io.holdfast.storage.record.StoredMessage;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the lines that {@link SessionsWriter} writes, one at a time. What is not as it must be is named with its line. */
public final class SessionsReader {
    /** What the lines say. */
    public interface Visitor {
        void message(Line line);

        void retained(Line line);

        /** The first line that is no message: a group, a session, or the end. */
        void endOfMessages();

        void group(Line line);

        void session(Line line);

        void subscription(Line line);

        void entry(Line line);

        void will(Line line);
    }

    /** A file that is no export, or half of one; the message is one sentence. */
    public static final class FormatException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        FormatException(String sentence, @Nullable Throwable cause) {
            super(sentence, cause);
        }
    }

    /** How much a whole file holds, from its last line. */
    public record Totals(long messages, long sessions, long entries) {
        public static final Totals NONE = new Totals(0, 0, 0);
    }

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final Path file;
    private long lineNumber;
    private boolean messagesEnded;
    private @Nullable Totals totals;
    private long messages;
    private long sessions;
    private long entries;

    private SessionsReader(Path file) {
        this.file = file;
    }

    /**
     * Reads a file to its end.
     *
     * @throws FormatException when it is no export of a version that is known, or not a whole one
     * @throws IOException when it cannot be read
     */
    public static Totals read(Path file, Visitor visitor) throws IOException {
        return new SessionsReader(file).run(visitor);
    }

    private Totals run(Visitor visitor) throws IOException {
        try (Reader text = Files.newBufferedReader(file, StandardCharsets.UTF_8);
                JsonParser json = FACTORY.createParser(text)) {
            while (json.nextToken() != null) {
                lineNumber = json.currentTokenLocation().getLineNr();
                line(new Line(object(json)), visitor);
            }
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw wrong("is no JSON: " + e.getOriginalMessage(), e);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()), e);
        }
        Totals found = new Totals(messages, sessions, entries);
        if (totals == null || !totals.equals(found)) {
            throw wrong("is not the end: the file was cut short or changed", null);
        }
        return found;
    }

    private FormatException wrong(String what, @Nullable Throwable cause) {
        return new FormatException(file + ": line " + lineNumber + " " + what, cause);
    }

    private void line(Line line, Visitor visitor) {
        String kind = line.kind();
        if (lineNumber == 1 || kind.equals("holdfast")) {
            head(line);
            return;
        }
        if (totals != null) {
            throw wrong("stands behind the end", null);
        }
        boolean message = kind.equals("message") || kind.equals("retained");
        if (!message && !messagesEnded) {
            messagesEnded = true;
            visitor.endOfMessages();
        }
        switch (kind) {
            case "message", "retained" -> message(line, kind, visitor);
            case "group", "session" -> {
                sessions++;
                if (kind.equals("group")) {
                    visitor.group(line);
                } else {
                    visitor.session(line);
                }
            }
            case "subscription" -> visitor.subscription(line);
            case "entry" -> {
                entries++;
                visitor.entry(line);
            }
            case "will" -> visitor.will(line);
            case "end" -> totals = new Totals(line.number("messages"), line.number("sessions"), line.number("entries"));
            default -> throw wrong("is of a kind that is not known: " + kind, null);
        }
    }

    private void message(Line line, String kind, Visitor visitor) {
        if (line.number(kind) != ++messages || messagesEnded) {
            throw wrong("is message " + line.number(kind) + ", not the next one in order", null);
        }
        if (kind.equals("message")) {
            visitor.message(line);
        } else {
            visitor.retained(line);
        }
    }

    private void head(Line line) {
        if (lineNumber != 1
                || !line.kind().equals("holdfast")
                || !line.text("holdfast").equals(SessionsWriter.FORMAT)) {
            throw wrong("is not the beginning of an export of sessions", null);
        }
        long version = line.number("version");
        if (version < 1 || version > SessionsWriter.VERSION) {
            throw wrong(
                    "says version " + version + ", and " + SessionsWriter.VERSION + " is the newest known here", null);
        }
    }

    private static Map<String, @Nullable Object> object(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new IllegalArgumentException("is no object");
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            fields.put(name, value(json, json.nextToken()));
        }
        return fields;
    }

    private static @Nullable Object value(JsonParser json, JsonToken token) throws IOException {
        return switch (token) {
            case VALUE_STRING -> json.getText();
            case VALUE_NUMBER_INT -> json.getLongValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case START_ARRAY -> {
                List<Long> numbers = new ArrayList<>();
                while (json.nextToken() == JsonToken.VALUE_NUMBER_INT) {
                    numbers.add(json.getLongValue());
                }
                yield numbers;
            }
            default -> throw new IllegalArgumentException("holds something that no line has");
        };
    }

    /** The fields of one line. */
    public record Line(Map<String, @Nullable Object> fields) {
        public String kind() {
            return fields.isEmpty() ? "" : fields.keySet().iterator().next();
        }

        public String text(String name) {
            if (fields.get(name) instanceof String text) {
                return text;
            }
            throw new IllegalArgumentException("lacks the text " + name);
        }

        public long number(String name) {
            if (fields.get(name) instanceof Long number && number >= 0) {
                return number;
            }
            throw new IllegalArgumentException("lacks the number " + name);
        }

        public long number(String name, long otherwise) {
            return fields.get(name) == null ? otherwise : number(name);
        }

        public String text(String name, String otherwise) {
            return fields.get(name) == null ? otherwise : text(name);
        }

        public boolean flag(String name) {
            return Boolean.TRUE.equals(fields.get(name));
        }

        public int @Nullable [] numbers(String name) {
            if (!(fields.get(name) instanceof List<?> list)) {
                return null;
            }
            return list.stream()
                    .mapToInt(number -> Math.toIntExact((Long) number))
                    .toArray();
        }

        /** The message that the line holds. */
        public StoredMessage content() {
            StoredMessage.Builder message = StoredMessage.newBuilder()
                    .setTopic(ByteString.copyFromUtf8(text("topic")))
                    .setPayload(payload())
                    .setQos((int) number("qos"))
                    .setRetain(flag("retain"))
                    .setPublishedMillis(number("publishedMillis"))
                    .setProperties(hex("propertiesHex"));
            if (fields.get("expirySeconds") != null) {
                long seconds = number("expirySeconds");
                message.setExpirySeconds((int) seconds).setExpiresAtOnce(seconds == 0);
            }
            if (message.getQos() > 2) {
                throw new IllegalArgumentException("has QoS " + message.getQos());
            }
            return message.build();
        }

        private ByteString payload() {
            return fields.get("payload") == null ? hex("payloadHex") : ByteString.copyFromUtf8(text("payload"));
        }

        private ByteString hex(String name) {
            return fields.get(name) == null
                    ? ByteString.EMPTY
                    : ByteString.copyFrom(HexFormat.of().parseHex(text(name)));
        }
    }
}
