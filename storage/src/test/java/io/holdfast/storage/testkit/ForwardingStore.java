// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.testkit;

import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowStore;
import org.jspecify.annotations.Nullable;

/** A store that passes everything on to another; tests override what they want to meddle with. */
public class ForwardingStore implements RowStore {
    protected final RowStore store;

    protected ForwardingStore(RowStore store) {
        this.store = store;
    }

    @Override
    public void write(RowBatch batch) {
        store.write(batch);
    }

    @Override
    public void sync() {
        store.sync();
    }

    @Override
    public void reclaim(Table table, byte[] from, byte[] to) {
        store.reclaim(table, from, to);
    }

    @Override
    public void compactReclaimed() {
        store.compactReclaimed();
    }

    @Override
    public void flush() {
        store.flush();
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
        return store.get(table, key);
    }

    @Override
    public RowCursor cursor(Table table, byte[] from, byte[] to) {
        return store.cursor(table, from, to);
    }

    @Override
    public byte @Nullable [] lastKey(Table table, byte[] from, byte[] to) {
        return store.lastKey(table, from, to);
    }

    @Override
    public void close() {
        store.close();
    }
}
