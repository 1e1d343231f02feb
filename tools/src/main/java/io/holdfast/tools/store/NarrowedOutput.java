// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.log.LogEntryReader;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.tools.store.Section.Column;
import java.io.IOException;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Lets some columns through, and a limited number of rows of each section. */
final class NarrowedOutput implements DumpOutput {
    /** A section has as many rows as were asked for; ends the reading of its table. */
    static final class SectionFull extends IOException {
        private static final long serialVersionUID = 1;

        SectionFull() {
            super("the section has as many rows as were asked for");
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    private final DumpOutput out;
    private final Predicate<Column> shown;
    private final long rowsMax;
    private List<Column> all = List.of();
    private int column;
    private long rows;

    NarrowedOutput(DumpOutput out, Predicate<Column> shown, long rowsMax) {
        this.out = out;
        this.shown = shown;
        this.rowsMax = rowsMax;
    }

    @Override
    public void begin(Section section, List<Column> columns) throws IOException {
        all = columns;
        rows = 0;
        out.begin(section, columns.stream().filter(shown).toList());
    }

    private boolean isShown() {
        return shown.test(all.get(column++));
    }

    @Override
    public void number(long value) throws IOException {
        if (isShown()) {
            out.number(value);
        }
    }

    @Override
    public void text(@Nullable String value) throws IOException {
        if (isShown()) {
            out.text(value);
        }
    }

    @Override
    public void flag(boolean value) throws IOException {
        if (isShown()) {
            out.flag(value);
        }
    }

    @Override
    public void time(long millis) throws IOException {
        if (isShown()) {
            out.time(millis);
        }
    }

    @Override
    public void payload(byte[] record, int offset, int length) throws IOException {
        if (isShown()) {
            out.payload(record, offset, length);
        }
    }

    @Override
    public void unknown() throws IOException {
        if (isShown()) {
            out.unknown();
        }
    }

    @Override
    public void log(LogEntryReader entry, LongPredicate sessions) throws IOException {
        // Both columns or none: neither is a key.
        if (isShown()) {
            out.log(entry, sessions);
        }
        column++;
    }

    @Override
    public void endRow() throws IOException {
        column = 0;
        out.endRow();
        if (++rows == rowsMax) {
            throw new SectionFull();
        }
    }

    @Override
    public void end(Section section) throws IOException {
        out.end(section);
    }

    @Override
    public void damaged(DamagedRowException row) throws IOException {
        out.damaged(row);
    }

    @Override
    public void finding(String sentence) throws IOException {
        out.finding(sentence);
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
