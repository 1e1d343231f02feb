// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.util.Arrays;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table that is sorted by sessions, read session by session in rising number with one cursor: to open a
 * cursor for each session costs more than to read it. Not thread-safe.
 */
public final class NumberedRows implements AutoCloseable {
    /** To walk over so many rows costs about what it costs to open a cursor behind them. */
    private static final int SKIPPED_MAX = 32;

    private final RowReader store;
    private final Table table;
    private final ToLongFunction<byte[]> numberOf;
    private final LongFunction<byte[]> firstKey;
    private final byte[] to;
    private RowCursor rows;
    private byte @Nullable [] key;
    private boolean fresh = true;

    /** A stretch of rows that could not be read: sessions from and to, with what was found there. */
    private @Nullable DamagedRowException hidden;

    private long hiddenFrom;
    private long hiddenTo;

    /**
     * The rows up to a key.
     *
     * @param numberOf the session number in a key
     * @param firstKey the lowest key that a session's row can have
     */
    public NumberedRows(
            RowReader store,
            Table table,
            ToLongFunction<byte[]> numberOf,
            LongFunction<byte[]> firstKey,
            long from,
            byte[] to) {
        this.store = store;
        this.table = table;
        this.numberOf = numberOf;
        this.firstKey = firstKey;
        this.to = to;
        rows = store.cursor(table, firstKey.apply(from), to);
    }

    /**
     * Goes on to the first row of a session, unless it stands on one of its rows; false when there is none.
     *
     * @throws DamagedRowException when rows of this session may stand where the table cannot be read; the next session can
     *     be asked for
     */
    public boolean seek(long number) {
        if (fresh) {
            fresh = false;
            advance();
        }
        for (int skipped = 0; key != null && numberOf.applyAsLong(key) < number; skipped++) {
            if (skipped == SKIPPED_MAX) {
                rows.close();
                rows = store.cursor(table, firstKey.apply(number), to);
            }
            advance();
        }
        if (hidden != null && number >= hiddenFrom && number <= hiddenTo) {
            throw hidden;
        }
        return stands(number);
    }

    private boolean stands(long number) {
        return key != null && numberOf.applyAsLong(key) == number;
    }

    /** The key of the row it stands on. */
    byte[] key() {
        if (key == null) {
            throw new IllegalStateException("there is no row of table " + table);
        }
        return key;
    }

    /**
     * The record of the row it stands on.
     *
     * @throws DamagedRowException when its checksum does not fit
     */
    byte[] record() {
        return rows.record();
    }

    void advance() {
        long before = key == null ? 0 : numberOf.applyAsLong(key);
        DamagedRowException[] met = new DamagedRowException[1];
        key = rows.nextReadable(damage -> met[0] = damage) ? rows.key() : null;
        if (met[0] != null) {
            // A session may have several fragments, of which some can be read; of other tables it has one row.
            int inside = table == Table.QUEUE ? 0 : 1;
            hidden = met[0];
            hiddenFrom = before + inside;
            hiddenTo = key == null ? Long.MAX_VALUE : numberOf.applyAsLong(key) - inside;
        }
    }

    /** A session's rows from a key on, as a cursor that leaves the table's open. */
    RowCursor of(long number, byte[] from) {
        return new OneSession(number, from);
    }

    private final class OneSession implements RowCursor {
        private final long number;
        private final byte[] from;
        private boolean started;

        OneSession(long number, byte[] from) {
            this.number = number;
            this.from = from;
        }

        @Override
        public boolean next() {
            if (started) {
                advance();
                return stands(number);
            }
            started = true;
            boolean found = seek(number);
            while (found && Arrays.compareUnsigned(NumberedRows.this.key(), from) < 0) {
                advance();
                found = stands(number);
            }
            return found;
        }

        @Override
        public byte[] key() {
            return NumberedRows.this.key();
        }

        @Override
        public byte[] record() {
            return NumberedRows.this.record();
        }

        @Override
        public void close() {
            // The cursor goes on with the next session.
        }
    }

    @Override
    public void close() {
        rows.close();
    }
}
