// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.session;

import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowStore;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Takes every batch and keeps none, at no cost: good as long as nothing has to be read back. */
public final class ForgetfulStore implements RowStore {
    private static final RowCursor NO_ROWS = new RowCursor() {
        @Override
        public boolean next() {
            return false;
        }

        @Override
        public byte[] key() {
            throw new NoSuchElementException("no rows");
        }

        @Override
        public byte[] record() {
            throw new NoSuchElementException("no rows");
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    };

    @Override
    public void write(RowBatch batch) {
        // Forgotten.
    }

    @Override
    public void sync() {
        // Nothing was kept.
    }

    @Override
    public void reclaim(Table table, byte[] from, byte[] to) {
        // No space is taken.
    }

    @Override
    public void compactReclaimed() {
        // No space is taken.
    }

    @Override
    public void flush() {
        // Nothing was kept.
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
        return null;
    }

    @Override
    public RowCursor cursor(Table table, byte[] from, byte[] to) {
        return NO_ROWS;
    }

    @Override
    public byte @Nullable [] lastKey(Table table, byte[] from, byte[] to) {
        return null;
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
