// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.holdfast.tools.store.RowFeed.Row;
import io.holdfast.tools.store.Section.Column;
import io.holdfast.tools.store.Section.Kind;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Prints how two stores differ, row by row. */
abstract class DiffOutput {
    private long count;

    final void removed(Row row) throws IOException {
        count++;
        print("removed", row, null);
    }

    final void added(Row row) throws IOException {
        count++;
        print("added", null, row);
    }

    final void changed(Row before, Row after) throws IOException {
        count++;
        print("changed", before, after);
    }

    final long count() {
        return count;
    }

    abstract void print(String change, @Nullable Row before, @Nullable Row after) throws IOException;

    abstract void close() throws IOException;

    /** One line for each difference, with names. */
    static final class Table extends DiffOutput {
        private static final int VALUE_CHARS = 60;

        private final Writer out;

        Table(Writer out) {
            this.out = out;
        }

        @Override
        void print(String change, @Nullable Row before, @Nullable Row after) throws IOException {
            if (before != null && after != null) {
                out.write("~ " + before.section().title() + " "
                        + fields(before, before.section().keyColumns()));
                for (Column column : before.section().columns()) {
                    String was = text(before, column);
                    String is = text(after, column);
                    if (!was.equals(is)) {
                        out.write(" " + column.name() + "=" + was + "->" + is);
                    }
                }
            } else {
                Row row = Objects.requireNonNull(before == null ? after : before);
                out.write((before == null ? "+ " : "- ") + row.section().title() + " "
                        + fields(row, row.section().columns()));
            }
            out.write("\n");
        }

        private static String fields(Row row, List<Column> columns) {
            List<String> fields = new ArrayList<>();
            for (Column column : columns) {
                fields.add(column.name() + "=" + text(row, column));
            }
            return String.join(" ", fields);
        }

        private static String text(Row row, Column column) {
            Object value = RowOrder.value(row, column);
            if (column.kind() == Kind.TIME && value instanceof Long millis) {
                return ScreenText.time(millis);
            }
            String text = ScreenText.of(value == null ? null : value.toString());
            return text.length() > VALUE_CHARS && column.kind() == Kind.PAYLOAD
                    ? text.substring(0, VALUE_CHARS) + "..."
                    : text;
        }

        @Override
        void close() throws IOException {
            out.flush();
        }
    }

    /** One object for each difference: change, section, and the whole row before and after. */
    static final class Json extends DiffOutput {
        private static final JsonFactory JSON =
                JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

        private final Writer out;
        private final JsonGenerator json;

        Json(Writer out) throws IOException {
            this.out = out;
            json = JSON.createGenerator(out);
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.setRootValueSeparator(new SerializedString("\n"));
        }

        @Override
        void print(String change, @Nullable Row before, @Nullable Row after) throws IOException {
            json.writeStartObject();
            json.writeStringField("change", change);
            json.writeStringField(
                    "section",
                    Objects.requireNonNull(before == null ? after : before)
                            .section()
                            .title());
            row("before", before);
            row("after", after);
            json.writeEndObject();
        }

        private void row(String name, @Nullable Row row) throws IOException {
            if (row == null) {
                return;
            }
            json.writeObjectFieldStart(name);
            for (Column column : row.section().columns()) {
                Object value = RowOrder.value(row, column);
                String field = column.kind() == Kind.TIME ? column.name() + "Millis" : column.name();
                if (value instanceof Long number) {
                    json.writeNumberField(field, number);
                } else {
                    json.writeStringField(field, value == null ? null : value.toString());
                }
            }
            json.writeEndObject();
        }

        @Override
        void close() throws IOException {
            json.flush();
            if (count() > 0) {
                out.write('\n');
            }
            out.flush();
        }
    }
}
