// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.LogEntryReader;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.tools.store.Section.Column;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * JSON objects for programs: {@code section} and then the section's columns, one object a line, or all of them in one
 * array. Nothing is cut. Characters beyond ASCII are escaped, so the lines mean the same whatever the terminal's encoding.
 * Times are milliseconds since 1970 and end in {@code Millis}; a payload is {@code payload} when it is a text,
 * {@code payloadJson} when it was asked for as JSON and is, and {@code payloadHex} when it is neither.
 */
final class JsonOutput implements DumpOutput {
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final Writer out;
    private final PayloadStyle payloads;
    private final JsonGenerator json;
    private final boolean array;
    private Section section = Section.STORE;
    private List<Column> columns = List.of();
    private int column;
    private boolean any;

    private JsonOutput(Writer out, PayloadStyle payloads, boolean array) throws IOException {
        this.out = out;
        this.payloads = payloads;
        this.array = array;
        json = JSON.createGenerator(out);
        json.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
        if (array) {
            json.setPrettyPrinter(new LinePerObject());
            json.writeStartArray();
        } else {
            json.setRootValueSeparator(new SerializedString("\n"));
        }
    }

    static JsonOutput lines(Writer out, PayloadStyle payloads) throws IOException {
        return new JsonOutput(out, payloads, false);
    }

    static JsonOutput array(Writer out, PayloadStyle payloads) throws IOException {
        return new JsonOutput(out, payloads, true);
    }

    /** One element of the array in each line. */
    private static final class LinePerObject extends MinimalPrettyPrinter {
        private static final long serialVersionUID = 1;
        private int depth;

        @Override
        public void writeStartArray(JsonGenerator json) throws IOException {
            super.writeStartArray(json);
            depth++;
        }

        @Override
        public void writeArrayValueSeparator(JsonGenerator json) throws IOException {
            super.writeArrayValueSeparator(json);
            if (depth == 1) {
                json.writeRaw('\n');
            }
        }

        @Override
        public void writeEndArray(JsonGenerator json, int values) throws IOException {
            depth--;
            super.writeEndArray(json, values);
        }
    }

    @Override
    public void begin(Section begun, List<Column> shown) {
        section = begun;
        columns = shown;
        column = 0;
    }

    /** The name of the next field; the first of a row opens its object. */
    private String field() throws IOException {
        if (column == 0) {
            json.writeStartObject();
            json.writeStringField("section", section.title());
        }
        return columns.get(column++).name();
    }

    @Override
    public void number(long value) throws IOException {
        json.writeNumberField(field(), value);
    }

    @Override
    public void text(@Nullable String value) throws IOException {
        json.writeStringField(field(), value);
    }

    @Override
    public void flag(boolean value) throws IOException {
        json.writeBooleanField(field(), value);
    }

    @Override
    public void time(long millis) throws IOException {
        String name = field() + "Millis";
        if (millis == 0) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, millis);
        }
    }

    @Override
    public void payload(byte[] record, int offset, int length) throws IOException {
        String name = field();
        String text = payloads.textOf(record, offset, length);
        if (text == null) {
            json.writeStringField(name + "Hex", ScreenText.hex(record, offset, length));
        } else if (payloads == PayloadStyle.json && PayloadStyle.isJson(text)) {
            json.writeFieldName(name + "Json");
            json.writeRawValue(text.replaceAll("\\R", " "));
        } else {
            json.writeStringField(name, text);
        }
    }

    @Override
    public void unknown() throws IOException {
        json.writeNullField(field());
    }

    @Override
    public void endRow() throws IOException {
        column = 0;
        json.writeEndObject();
        any = true;
    }

    @Override
    public void log(LogEntryReader entry, LongPredicate sessions) throws IOException {
        try {
            json.writeArrayFieldStart(field());
            entry.accept(new Recipients(sessions));
            json.writeEndArray();
            json.writeArrayFieldStart(field());
            entry.accept(new Events(sessions));
            json.writeEndArray();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public void end(Section ended) {
        // A line says where it belongs, so nothing closes a section.
    }

    @Override
    public void damaged(DamagedRowException row) throws IOException {
        json.writeStartObject();
        json.writeStringField("section", "damaged");
        json.writeStringField("table", row.table().familyName());
        json.writeStringField("key", ScreenText.hex(row.key(), 0, row.key().length));
        json.writeStringField("value", ScreenText.hex(row.value(), 0, row.value().length));
        json.writeStringField("reason", row.reason());
        endRow();
    }

    @Override
    public void finding(String sentence) throws IOException {
        json.writeStartObject();
        json.writeStringField("section", "finding");
        json.writeStringField("finding", sentence);
        endRow();
    }

    @Override
    public void close() throws IOException {
        if (array) {
            json.writeEndArray();
        }
        json.flush();
        if (any || array) {
            out.write('\n');
        }
        out.flush();
    }

    /** What a visitor does with a log row's parts; the visitor's methods cannot throw what writing throws. */
    private abstract class Parts implements LogEntryReader.Visitor {
        private final LongPredicate sessions;

        Parts(LongPredicate sessions) {
            this.sessions = sessions;
        }

        interface Content {
            void write() throws IOException;
        }

        final void object(boolean wanted, Content content) {
            if (!wanted) {
                return;
            }
            try {
                json.writeStartObject();
                content.write();
                json.writeEndObject();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        final boolean wants(long number) {
            return sessions.test(number);
        }

        @Override
        public void recipient(long messageId, long number, int flags, int storedBytes, int @Nullable [] identifiers) {
            // Of interest to one of the two passes.
        }

        @Override
        public void moved(long source, long index, long target, long messageId, int flags, int identifier) {
            // As above.
        }

        @Override
        public void event(EventKind kind, long number, long index) {
            // As above.
        }

        @Override
        public void ended(long number) {
            // As above.
        }
    }

    private final class Recipients extends Parts {
        Recipients(LongPredicate sessions) {
            super(sessions);
        }

        @Override
        public void recipient(long messageId, long number, int flags, int storedBytes, int @Nullable [] identifiers) {
            object(wants(number), () -> {
                json.writeNumberField("message", messageId);
                json.writeNumberField("session", number);
                json.writeNumberField("qos", Delivery.qos(flags));
                json.writeBooleanField("retain", (flags & Delivery.RETAIN) != 0);
                json.writeBooleanField("group", (flags & Delivery.GROUP) != 0);
                if (identifiers != null) {
                    json.writeFieldName("identifiers");
                    json.writeArray(identifiers, 0, identifiers.length);
                }
            });
        }
    }

    private final class Events extends Parts {
        Events(LongPredicate sessions) {
            super(sessions);
        }

        @Override
        public void moved(long source, long index, long target, long messageId, int flags, int identifier) {
            object(wants(source) || wants(target), () -> {
                json.writeStringField("kind", "moved");
                json.writeNumberField("session", source);
                json.writeNumberField("index", index);
                json.writeNumberField("target", target);
                json.writeNumberField("message", messageId);
            });
        }

        @Override
        public void event(EventKind kind, long number, long index) {
            object(wants(number), () -> {
                json.writeStringField("kind", kind.name().toLowerCase(Locale.ROOT));
                json.writeNumberField("session", number);
                json.writeNumberField(isInbound(kind) ? "packetId" : "index", index);
            });
        }

        private static boolean isInbound(EventKind kind) {
            return kind == EventKind.INBOUND_ADDED || kind == EventKind.INBOUND_RELEASED;
        }

        @Override
        public void ended(long number) {
            object(wants(number), () -> {
                json.writeStringField("kind", "ended");
                json.writeNumberField("session", number);
            });
        }
    }
}
