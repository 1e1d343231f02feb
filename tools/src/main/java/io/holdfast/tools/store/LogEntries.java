// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.LogEntryReader;
import io.holdfast.storage.log.LogTail;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** Log rows that may be anything: read to their end once, before a word of them is printed or folded. */
final class LogEntries {
    private LogEntries() {}

    /**
     * A log row that holds what it says.
     *
     * @throws DamagedRowException when the record is no log entry
     */
    static LogEntryReader read(byte[] key, byte[] record) {
        try {
            LogEntryReader entry = new LogEntryReader(Keys.number(key), record);
            entry.accept(new Mentions(number -> false));
            return entry;
        } catch (IllegalArgumentException | IndexOutOfBoundsException | NegativeArraySizeException e) {
            throw new DamagedRowException(
                    Table.LOG, key, record, "its checksum fits, but it is no record of this table", e);
        }
    }

    /** Reads the whole log into a tail; returns how many rows could not be read and are left out. */
    static long fold(RowReader store, LogTail tail) {
        long damaged = 0;
        try (RowCursor log = store.cursor(Table.LOG, Keys.number(0), Keys.end())) {
            while (log.next()) {
                try {
                    byte[] record = log.record();
                    read(log.key(), record);
                    tail.fold(Keys.number(log.key()), record);
                } catch (DamagedRowException e) {
                    damaged++; // Who wants to know which asks for a dump or a check.
                }
            }
        }
        return damaged;
    }

    static boolean speaksOf(LogEntryReader entry, LongPredicate sessions) {
        Mentions mentions = new Mentions(sessions);
        entry.accept(mentions);
        return mentions.any;
    }

    private static final class Mentions implements LogEntryReader.Visitor {
        private final LongPredicate sessions;
        private boolean any;

        Mentions(LongPredicate sessions) {
            this.sessions = sessions;
        }

        @Override
        public void recipient(long messageId, long number, int flags, int storedBytes, int @Nullable [] identifiers) {
            any |= sessions.test(number);
        }

        @Override
        public void moved(long source, long index, long target, long messageId, int flags, int identifier) {
            any |= sessions.test(source) || sessions.test(target);
        }

        @Override
        public void event(EventKind kind, long number, long index) {
            any |= sessions.test(number);
        }

        @Override
        public void ended(long number) {
            any |= sessions.test(number);
        }
    }
}
