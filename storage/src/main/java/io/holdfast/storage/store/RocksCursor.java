// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.Table;
import org.rocksdb.RocksDBException;

/** A cursor over a view of the rows as they were when it was opened. */
final class RocksCursor implements RowCursor {
    private final RocksReads reads;
    private final Table table;
    private final RangeIterator range;
    private boolean started;

    /** Called inside the gate of {@code reads}. */
    RocksCursor(RocksReads reads, Table table, byte[] from, byte[] to) {
        this.reads = reads;
        this.table = table;
        this.range = RangeIterator.open(reads.db(), reads.family(table), from, to);
    }

    @Override
    public boolean next() {
        reads.enter();
        try {
            if (started) {
                range.rows().next();
            } else {
                range.rows().seekToFirst();
                started = true;
            }
            if (range.rows().isValid()) {
                return true;
            }
            range.rows().status();
            return false;
        } catch (RocksDBException e) {
            throw reads.failed("read " + table.familyName() + " in", e);
        } finally {
            reads.leave();
        }
    }

    @Override
    public byte[] key() {
        reads.enter();
        try {
            return range.rows().key();
        } finally {
            reads.leave();
        }
    }

    @Override
    public byte[] record() {
        reads.enter();
        try {
            return RocksReads.verified(table, range.rows().key(), range.rows().value());
        } finally {
            reads.leave();
        }
    }

    @Override
    public void close() {
        // When the store was closed first, it has ended this cursor already.
        if (reads.tryEnter()) {
            try {
                end();
                reads.forget(this);
            } finally {
                reads.leave();
            }
        }
    }

    void end() {
        range.close();
    }
}
