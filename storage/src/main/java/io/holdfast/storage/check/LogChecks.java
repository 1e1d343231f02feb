// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.check;

import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.LogEntryReader;
import io.holdfast.storage.log.LogTail;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import org.jspecify.annotations.Nullable;

/** The log's rows one behind the other: each group begins where the one before it ended, and time does not run back. */
final class LogChecks {
    private static final int KEY_BYTES = 10;

    private final RowReader store;
    private final CheckListener out;
    private final LogTail tail;
    private long previous = -1;
    private long previousTime;

    LogChecks(RowReader store, CheckListener out) {
        this.store = store;
        this.out = out;
        tail = new LogTail(store, 1, number -> 0);
    }

    /** What the rows say that could be read. */
    LogTail tail() {
        return tail;
    }

    void run() {
        try (RowCursor log = store.cursor(Table.LOG, Keys.number(0), Keys.end())) {
            while (log.next()) {
                out.step();
                if (log.key().length == KEY_BYTES) {
                    row(log.key(), log);
                }
            }
        }
    }

    private void row(byte[] key, RowCursor log) {
        long position = Keys.number(key);
        byte[] record;
        LogEntryReader entry;
        try {
            record = log.record();
            entry = whole(position, record);
        } catch (DamagedRowException e) {
            previous = -1; // Reported with the rows of all tables; nothing follows from it for the next one.
            return;
        } catch (IllegalArgumentException | IndexOutOfBoundsException | NegativeArraySizeException e) {
            out.found(Finding.damage(
                    Check.RECORD, Table.LOG, key, 0, "its checksum fits, but it is no record of this table"));
            previous = -1;
            return;
        }
        if (previous >= 0 && entry.firstMessageId() != previous + 1) {
            out.found(Finding.damage(
                    Check.POSITION,
                    Table.LOG,
                    key,
                    0,
                    "the group at " + position + " begins at " + entry.firstMessageId()
                            + ", but the one before it ends at " + previous + ": a group is missing between them"));
        }
        if (entry.timeMillis() < previousTime) {
            out.found(Finding.untidy(
                    Check.ORDER,
                    Table.LOG,
                    key,
                    0,
                    "the group at " + position + " is " + (previousTime - entry.timeMillis())
                            + " ms older than the one before it"));
        }
        previous = position;
        previousTime = Math.max(previousTime, entry.timeMillis());
        tail.fold(position, record);
    }

    /** Reads a row to its end, so that no half of one is folded. */
    private static LogEntryReader whole(long position, byte[] record) {
        LogEntryReader entry = new LogEntryReader(position, record);
        entry.accept(new Ignored());
        return entry;
    }

    private static final class Ignored implements LogEntryReader.Visitor {
        @Override
        public void recipient(long messageId, long number, int flags, int storedBytes, int @Nullable [] identifiers) {
            // Only that it can be read is of interest.
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
}
