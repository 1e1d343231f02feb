// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A page of figures under headings: either names with values, or a small table. Written for the eye, or as one JSON
 * object with the same names. In JSON a size ends in {@code Bytes}, a time in {@code Millis} and an age in {@code Seconds}.
 */
final class Report {
    /** A size. */
    record Bytes(long value) {}

    /** Milliseconds since 1970, 0 for none. */
    record Time(long millis) {}

    /** Milliseconds that have passed, below 0 when unknown. */
    record Age(long millis) {}

    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB"};

    private final Map<String, Object> parts = new LinkedHashMap<>();

    /** Names with values, under a heading. */
    static final class Group {
        private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

        Group add(String name, @Nullable Object value) {
            values.put(name, value);
            return this;
        }
    }

    /** Rows of values, under a heading. */
    static final class Rows {
        private final List<String> columns;
        private final List<@Nullable Object[]> rows = new ArrayList<>();

        Rows(List<String> columns) {
            this.columns = columns;
        }

        void add(@Nullable Object... row) {
            rows.add(row);
        }
    }

    /** How the page is written. */
    enum Format {
        table,
        json
    }

    void write(Writer out, Format format) throws IOException {
        if (format == Format.json) {
            writeJson(out);
        } else {
            writeTable(out);
        }
    }

    Group group(String title) {
        Group group = new Group();
        parts.put(title, group);
        return group;
    }

    Rows rows(String title, String... columns) {
        Rows rows = new Rows(List.of(columns));
        parts.put(title, rows);
        return rows;
    }

    // ---- for programs

    private void writeJson(Writer out) throws IOException {
        JsonGenerator json = JSON.createGenerator(out);
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.setPrettyPrinter(new DefaultPrettyPrinter());
        json.writeStartObject();
        for (Map.Entry<String, Object> part : parts.entrySet()) {
            if (part.getValue() instanceof Group group) {
                json.writeObjectFieldStart(part.getKey());
                for (Map.Entry<String, @Nullable Object> value : group.values.entrySet()) {
                    field(json, value.getKey(), value.getValue());
                }
                json.writeEndObject();
            } else if (part.getValue() instanceof Rows rows) {
                json.writeArrayFieldStart(part.getKey());
                for (@Nullable Object[] row : rows.rows) {
                    json.writeStartObject();
                    for (int i = 0; i < row.length; i++) {
                        field(json, rows.columns.get(i), row[i]);
                    }
                    json.writeEndObject();
                }
                json.writeEndArray();
            }
        }
        json.writeEndObject();
        json.flush();
        out.write('\n');
        out.flush();
    }

    private static void field(JsonGenerator json, String name, @Nullable Object value) throws IOException {
        if (value instanceof Bytes bytes) {
            json.writeNumberField(suffixed(name, "bytes", "Bytes"), bytes.value());
        } else if (value instanceof Time time) {
            if (time.millis() == 0) {
                json.writeNullField(name + "Millis");
            } else {
                json.writeNumberField(name + "Millis", time.millis());
            }
        } else if (value instanceof Age age) {
            if (age.millis() < 0) {
                json.writeNullField(name + "Seconds");
            } else {
                json.writeNumberField(name + "Seconds", age.millis() / 1_000);
            }
        } else if (value instanceof Number number) {
            json.writeNumberField(name, number.longValue());
        } else if (value instanceof Boolean flag) {
            json.writeBooleanField(name, flag);
        } else {
            json.writeStringField(name, value == null ? null : value.toString());
        }
    }

    private static String suffixed(String name, String plain, String suffix) {
        return name.toLowerCase(Locale.ROOT).endsWith(plain) ? name : name + suffix;
    }

    // ---- for the eye

    private void writeTable(Writer out) throws IOException {
        String gap = "";
        for (Map.Entry<String, Object> part : parts.entrySet()) {
            out.write(gap + "== " + part.getKey() + "\n");
            gap = "\n";
            if (part.getValue() instanceof Group group) {
                write(out, group);
            } else if (part.getValue() instanceof Rows rows) {
                write(out, rows);
            }
        }
        out.flush();
    }

    private static void write(Writer out, Group group) throws IOException {
        int width =
                group.values.keySet().stream().mapToInt(String::length).max().orElse(0);
        for (Map.Entry<String, @Nullable Object> value : group.values.entrySet()) {
            out.write(pad(value.getKey(), width, true) + "  " + text(value.getValue()) + "\n");
        }
    }

    private static void write(Writer out, Rows table) throws IOException {
        int columns = table.columns.size();
        int[] widths = new int[columns];
        List<String[]> lines = new ArrayList<>();
        lines.add(table.columns.toArray(new String[0]));
        for (@Nullable Object[] row : table.rows) {
            String[] line = new String[columns];
            for (int i = 0; i < columns; i++) {
                line[i] = text(row[i]);
            }
            lines.add(line);
        }
        for (String[] line : lines) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], line[i].codePointCount(0, line[i].length()));
            }
        }
        for (String[] line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                boolean left = table.rows.isEmpty()
                        || !(table.rows.get(0)[i] instanceof Number
                                || table.rows.get(0)[i] instanceof Bytes);
                text.append(i == 0 ? "" : "  ").append(pad(line[i], widths[i], left));
            }
            out.write(text.toString().stripTrailing() + "\n");
        }
    }

    private static String pad(String text, int width, boolean left) {
        String space = " ".repeat(Math.max(0, width - text.codePointCount(0, text.length())));
        return left ? text + space : space + text;
    }

    private static String text(@Nullable Object value) {
        if (value instanceof Bytes bytes) {
            return size(bytes.value());
        }
        if (value instanceof Time time) {
            return ScreenText.time(time.millis());
        }
        if (value instanceof Age age) {
            return age(age.millis());
        }
        if (value instanceof Boolean flag) {
            return flag ? "yes" : "no";
        }
        if (value instanceof Number number) {
            return String.format(Locale.ROOT, "%,d", number.longValue());
        }
        return ScreenText.of(value == null ? null : value.toString());
    }

    private static String size(long bytes) {
        double amount = bytes;
        String unit = "B";
        for (int i = 0; i < UNITS.length && amount >= 1024; i++) {
            amount /= 1024;
            unit = UNITS[i];
        }
        return String.format(Locale.ROOT, unit.equals("B") ? "%.0f %s" : "%.1f %s", amount, unit);
    }

    /** The two largest units of an age. */
    static String age(long millis) {
        if (millis < 0) {
            return "-";
        }
        Duration age = Duration.ofMillis(millis);
        if (age.toDays() > 0) {
            return age.toDays() + " d " + age.toHoursPart() + " h";
        }
        if (age.toHours() > 0) {
            return age.toHours() + " h " + age.toMinutesPart() + " min";
        }
        return age.toMinutes() > 0 ? age.toMinutes() + " min " + age.toSecondsPart() + " s" : age.toSeconds() + " s";
    }
}
