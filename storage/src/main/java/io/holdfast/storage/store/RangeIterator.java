// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * A RocksDB iterator that cannot leave its range. Without an upper bound an iterator at the end of a range walks on over
 * all tombstones behind it, which after a large deletion takes seconds.
 */
final class RangeIterator implements AutoCloseable {
    private final NativeHandles handles;
    private final RocksIterator rows;

    private RangeIterator(NativeHandles handles, RocksIterator rows) {
        this.handles = handles;
        this.rows = rows;
    }

    /** @param cached whether what it reads stays in the cache */
    static RangeIterator open(RocksDB db, ColumnFamilyHandle family, byte[] from, byte[] to, boolean cached) {
        NativeHandles handles = new NativeHandles();
        try {
            Slice lower = handles.own(new Slice(from));
            Slice upper = handles.own(new Slice(to));
            ReadOptions bounds = handles.own(new ReadOptions()
                    .setVerifyChecksums(true)
                    .setFillCache(cached)
                    .setIterateLowerBound(lower)
                    .setIterateUpperBound(upper));
            return new RangeIterator(handles, handles.own(db.newIterator(family, bounds)));
        } catch (RuntimeException | Error e) {
            handles.close();
            throw e;
        }
    }

    RocksIterator rows() {
        return rows;
    }

    @Override
    public void close() {
        handles.close();
    }
}
