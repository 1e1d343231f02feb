// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import org.jspecify.annotations.Nullable;

/** A reader to whom one table looks empty when it is walked. */
final class Blind implements RowReader {
    private final RowReader store;
    private final Table hidden;

    Blind(RowReader store, Table hidden) {
        this.store = store;
        this.hidden = hidden;
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
        return store.get(table, key);
    }

    @Override
    public RowCursor cursor(Table table, byte[] from, byte[] to) {
        return store.cursor(table, from, table == hidden ? from : to);
    }

    @Override
    public byte @Nullable [] lastKey(Table table, byte[] from, byte[] to) {
        return store.lastKey(table, from, to);
    }

    @Override
    public void close() {
        // The store is not this reader's to close.
    }
}
