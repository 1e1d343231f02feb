// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.log.LogEntryReader;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.tools.store.Section.Column;
import io.holdfast.tools.store.Section.Kind;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Tables for the eye, at 120 columns. Widths are fixed, so that rows can be printed as they come; a longer text pushes the
 * rest of its line aside and is never cut, except a payload.
 */
final class TableOutput implements DumpOutput {
    private static final int PAYLOAD_COLUMNS = 24;
    private static final int VALUE_BYTES = 64;

    private final Writer out;
    private final PayloadStyle payloads;
    private List<Column> columns = List.of();
    private final StringBuilder line = new StringBuilder();
    private int column;
    private long rows;

    TableOutput(Writer out, PayloadStyle payloads) {
        this.out = out;
        this.payloads = payloads;
    }

    @Override
    public void begin(Section section, List<Column> shown) throws IOException {
        columns = shown;
        rows = 0;
        out.write("== " + section.title() + "\n");
        for (Column each : columns) {
            cell(each.name());
        }
        endLine();
    }

    @Override
    public void number(long value) {
        cell(Long.toUnsignedString(value));
    }

    @Override
    public void text(@Nullable String value) {
        cell(ScreenText.of(value));
    }

    @Override
    public void flag(boolean value) {
        cell(value ? "yes" : "no");
    }

    @Override
    public void time(long millis) {
        cell(ScreenText.time(millis));
    }

    @Override
    public void payload(byte[] record, int offset, int length) {
        String text = payloads.textOf(record, offset, length);
        if (text == null) {
            int shown = Math.min(length, PAYLOAD_COLUMNS / 2 - 1);
            cell("0x" + ScreenText.hex(record, offset, shown) + (shown < length ? "..." : ""));
        } else {
            int shown = text.offsetByCodePoints(0, Math.min(text.codePointCount(0, text.length()), PAYLOAD_COLUMNS));
            cell(ScreenText.of(text.substring(0, shown)) + (shown < text.length() ? "..." : ""));
        }
    }

    @Override
    public void unknown() {
        cell("?");
    }

    @Override
    public void endRow() throws IOException {
        rows++;
        endLine();
    }

    @Override
    public void log(LogEntryReader entry, LongPredicate sessions) {
        LogTotals totals = new LogTotals(sessions);
        entry.accept(totals);
        number(totals.recipients());
        cell(totals.events());
    }

    @Override
    public void end(Section section) throws IOException {
        out.write(rows == 1 ? "(1 row)\n\n" : "(" + rows + " rows)\n\n");
    }

    @Override
    public void damaged(DamagedRowException row) throws IOException {
        byte[] value = row.value();
        int shown = Math.min(value.length, VALUE_BYTES);
        finding("damaged row in " + row.table().familyName() + ": " + ScreenText.of(row.reason()) + "; key 0x"
                + ScreenText.hex(row.key(), 0, row.key().length) + ", value of " + value.length + " bytes 0x"
                + ScreenText.hex(value, 0, shown) + (shown < value.length ? "..." : ""));
    }

    @Override
    public void finding(String sentence) throws IOException {
        line.setLength(0);
        column = 0;
        out.write("!! " + sentence + "\n");
    }

    @Override
    public void close() throws IOException {
        out.flush();
    }

    private void cell(String content) {
        Column current = columns.get(column++);
        if (column > 1) {
            line.append(' ');
        }
        int pad = current.width() - content.codePointCount(0, content.length());
        String padding = pad > 0 ? " ".repeat(pad) : "";
        line.append(current.kind() == Kind.NUMBER ? padding + content : content + padding);
    }

    private void endLine() throws IOException {
        int end = line.length();
        while (end > 0 && line.charAt(end - 1) == ' ') {
            end--;
        }
        out.append(line, 0, end).append('\n');
        line.setLength(0);
        column = 0;
    }
}
