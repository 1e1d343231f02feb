// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.Table;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/** A cursor over a view of the rows as they were when it was opened. */
final class RocksCursor implements RowCursor {
    private final RocksReads reads;
    private final Table table;
    private final byte[] from;
    private final RangeIterator range;
    private boolean started;
    private @Nullable DamagedRowException damage;
    /** Of the row it stands on, once somebody has asked: reading it again would cost a call into native code. */
    private byte @Nullable [] key;

    /** Called inside the gate of {@code reads}. */
    RocksCursor(RocksReads reads, Table table, byte[] from, byte[] to) {
        this.reads = reads;
        this.table = table;
        this.from = from;
        this.range = RangeIterator.open(reads.db(), reads.family(table), from, to);
    }

    @Override
    public boolean next() {
        if (damage != null) {
            throw damage; // Walking on from here would end the process.
        }
        key = null;
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
            if (RocksReads.isCorruption(e)) {
                damage = new DamagedRowException(table, from, "or behind it: " + e.getMessage(), e);
                throw damage;
            }
            throw reads.failed("read " + table.familyName() + " in", e);
        } finally {
            reads.leave();
        }
    }

    @Override
    public byte[] key() {
        byte[] known = key;
        if (known != null) {
            return known;
        }
        reads.enter();
        try {
            known = range.rows().key();
            key = known;
            return known;
        } finally {
            reads.leave();
        }
    }

    @Override
    public byte[] record() {
        byte[] of = key();
        reads.enter();
        try {
            return RocksReads.verified(table, of, range.rows().value());
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
