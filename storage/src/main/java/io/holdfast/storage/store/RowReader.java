// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.Table;
import org.jspecify.annotations.Nullable;

/** The read side of a store, allowed from any thread: the broker reads a {@link RowStore}, the tools a read-only one. */
public interface RowReader extends AutoCloseable {
    /**
     * The record stored under a key, without its checksum.
     *
     * @throws DamagedRowException when the checksum does not fit key and record
     */
    byte @Nullable [] get(Table table, byte[] key);

    /** Walks keys from {@code from} (inclusive) to {@code to} (exclusive) as they are now. */
    RowCursor cursor(Table table, byte[] from, byte[] to);

    /** As {@link #cursor}, for a walk over much that nobody needs soon: it takes no room in the store's cache. */
    default RowCursor passingCursor(Table table, byte[] from, byte[] to) {
        return cursor(table, from, to);
    }

    /**
     * The key of the last row in {@code [from, to)}, or null.
     *
     * @throws DamagedRowException when the part of the table's file that it would stand in cannot be read
     */
    byte @Nullable [] lastKey(Table table, byte[] from, byte[] to);

    @Override
    void close();
}
