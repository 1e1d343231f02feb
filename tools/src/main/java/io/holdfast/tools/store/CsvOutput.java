// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.log.LogEntryReader;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.tools.store.Section.Column;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Comma-separated values as of RFC 4180, for spreadsheets: a line with the columns' names at the head of each section, and
 * the section's name first in each line. Nothing is cut; times are milliseconds since 1970.
 */
final class CsvOutput implements DumpOutput {
    private final Writer out;
    private final PayloadStyle payloads;
    private Section section = Section.STORE;
    private boolean inRow;

    CsvOutput(Writer out, PayloadStyle payloads) {
        this.out = out;
        this.payloads = payloads;
    }

    @Override
    public void begin(Section begun, List<Column> columns) throws IOException {
        section = begun;
        out.write("section");
        for (Column column : columns) {
            out.write(',');
            quoted(column.kind() == Section.Kind.TIME ? column.name() + "Millis" : column.name());
        }
        out.write("\r\n");
    }

    private void field() throws IOException {
        if (!inRow) {
            out.write(section.title());
            inRow = true;
        }
        out.write(',');
    }

    @Override
    public void number(long value) throws IOException {
        field();
        out.write(Long.toUnsignedString(value));
    }

    @Override
    public void text(@Nullable String value) throws IOException {
        field();
        if (value != null) {
            quoted(value);
        }
    }

    /** Quotes what needs it; a spreadsheet would take what begins like a formula for one, so it gets an apostrophe. */
    private void quoted(String value) throws IOException {
        boolean filter = value.equals("+") || value.startsWith("+/"); // a wildcard, and no formula
        boolean formula = !value.isEmpty() && !filter && "=+-@\t\r".indexOf(value.charAt(0)) >= 0;
        if (!formula && value.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')) {
            out.write(value);
            return;
        }
        out.write(formula ? "\"'" : "\"");
        out.write(value.replace("\"", "\"\""));
        out.write('"');
    }

    @Override
    public void flag(boolean value) throws IOException {
        field();
        out.write(Boolean.toString(value));
    }

    @Override
    public void time(long millis) throws IOException {
        field();
        if (millis != 0) {
            out.write(Long.toString(millis));
        }
    }

    @Override
    public void payload(byte[] record, int offset, int length) throws IOException {
        String text = payloads.textOf(record, offset, length);
        text(text == null ? "0x" + ScreenText.hex(record, offset, length) : text);
    }

    @Override
    public void unknown() throws IOException {
        field();
    }

    @Override
    public void log(LogEntryReader entry, LongPredicate sessions) throws IOException {
        LogTotals totals = new LogTotals(sessions);
        entry.accept(totals);
        number(totals.recipients());
        text(totals.events());
    }

    @Override
    public void endRow() throws IOException {
        inRow = false;
        out.write("\r\n");
    }

    @Override
    public void end(Section ended) {
        // The next head, or the end of the text, closes a section.
    }

    @Override
    public void damaged(DamagedRowException row) throws IOException {
        out.write("damaged," + row.table().familyName() + "," + ScreenText.hex(row.key(), 0, row.key().length) + ","
                + ScreenText.hex(row.value(), 0, row.value().length) + ",");
        quoted(row.reason());
        out.write("\r\n");
    }

    @Override
    public void finding(String sentence) throws IOException {
        out.write("finding,");
        quoted(sentence);
        out.write("\r\n");
    }

    @Override
    public void close() throws IOException {
        out.flush();
    }
}
