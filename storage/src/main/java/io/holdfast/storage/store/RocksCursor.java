// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.Table;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/** A cursor over a view of the rows as they were when it was opened. */
final class RocksCursor implements RowCursor {
    private final RocksReads reads;
    private final Table table;
    private final byte[] to;
    private final boolean cached;
    private RangeIterator range;
    private boolean started;
    /** The last row whose key was asked for; where it began when there is none. */
    private byte[] last;
    /** Once it went round damage, it has to know where the next one begins. */
    private boolean careful;

    private @Nullable DamagedRowException damage;
    /** Of the row it stands on, once somebody has asked: reading it again would cost a call into native code. */
    private byte @Nullable [] key;

    /** Called inside the gate of {@code reads}. */
    RocksCursor(RocksReads reads, Table table, byte[] from, byte[] to, boolean cached) {
        this.reads = reads;
        this.table = table;
        this.to = to;
        this.cached = cached;
        last = from;
        this.range = open(from);
    }

    @Override
    public boolean next() {
        if (damage != null) {
            throw damage; // Walking on from here would end the process.
        }
        last = key == null ? last : key;
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
                key = careful ? range.rows().key() : null;
                return true;
            }
            range.rows().status();
            return false;
        } catch (RocksDBException e) {
            if (RocksReads.isCorruption(e)) {
                damage = new DamagedRowException(table, last, "or behind it: " + e.getMessage(), e);
                throw damage;
            }
            throw reads.failed("read " + table.familyName() + " in", e);
        } finally {
            reads.leave();
        }
    }

    @Override
    public boolean goRound() {
        if (damage == null) {
            throw new IllegalStateException("nothing is damaged here");
        }
        byte[] place = ReadablePlace.behind(last, to, this::isReadable);
        if (place == null || Arrays.compareUnsigned(place, to) >= 0) {
            return false;
        }
        reads.enter();
        try {
            range.close();
            range = open(place);
        } finally {
            reads.leave();
        }
        last = place;
        started = false;
        careful = true;
        damage = null;
        return true;
    }

    private RangeIterator open(byte[] from) {
        return RangeIterator.open(reads.db(), reads.family(table), from, to, cached);
    }

    private boolean isReadable(byte[] place) {
        reads.enter();
        try (RangeIterator probe = open(place)) {
            probe.rows().seekToFirst();
            if (!probe.rows().isValid()) {
                probe.rows().status();
            }
            return true;
        } catch (RocksDBException e) {
            if (RocksReads.isCorruption(e)) {
                return false;
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
