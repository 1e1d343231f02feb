// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.log.LogEntryReader;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.tools.store.Section.Column;
import java.io.IOException;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * How a dump is written, one row at a time and never kept: the fields of a row come in the order of its section's columns.
 * Nothing but what lies in the store is printed, so two dumps of the same rows are the same bytes.
 */
interface DumpOutput {
    /** A section begins; {@code columns} are those of its rows that will come. */
    void begin(Section section, List<Column> columns) throws IOException;

    void number(long value) throws IOException;

    /** A text that may hold anything, also line breaks and escape sequences. Null for none. */
    void text(@Nullable String value) throws IOException;

    void flag(boolean value) throws IOException;

    /** Milliseconds since 1970, 0 for none. */
    void time(long millis) throws IOException;

    /** The bytes of a payload, as text where they are one. */
    void payload(byte[] record, int offset, int length) throws IOException;

    /** A field that is not known, because the row that would say it is damaged or missing. */
    void unknown() throws IOException;

    void endRow() throws IOException;

    /** The last two columns of a log row: recipients and events, of these sessions only. */
    void log(LogEntryReader entry, LongPredicate sessions) throws IOException;

    void end(Section section) throws IOException;

    /** A row that cannot be trusted, in raw form. */
    void damaged(DamagedRowException row) throws IOException;

    /** Something else that is wrong: a message that is missing, a table that cannot be read on. */
    void finding(String sentence) throws IOException;

    /** Everything is printed. */
    void close() throws IOException;
}
