// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.testkit;

import io.holdfast.storage.schema.BatchReader;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowStore;
import io.holdfast.storage.store.StoreException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory that forgets like a real one: {@link #crash} keeps what was synced and a prefix of the batches
 * written after it. It reads the same serialised batches as RocksDB and verifies the same checksums.
 *
 * <p>Each unsynced batch keeps the rows it replaced, so a sync costs nothing and a crash costs what it takes back. All
 * methods are safe to call from any thread.
 */
public final class MemoryStore implements RowStore {
    /** A row as it was before an unsynced batch; value null when there was none. */
    private static final class Former {
        final Table table;
        final byte[] key;
        final byte @Nullable [] value;

        Former(Table table, byte[] key, byte @Nullable [] value) {
            this.table = table;
            this.key = key;
            this.value = value;
        }
    }

    private final Map<Table, NavigableMap<byte[], byte[]>> tables;
    private final Deque<List<Former>> unsynced = new ArrayDeque<>();
    private final Set<Cursor> cursors = new HashSet<>();
    private final CRC32C crc = new CRC32C();
    private @Nullable String nextWriteFailure;
    private @Nullable String nextSyncFailure;
    private @Nullable StoreException failure;
    private boolean closed;
    private long sequence;
    private long syncs;

    public MemoryStore() {
        this(new EnumMap<>(Table.class));
        for (Table table : Table.values()) {
            tables.put(table, new TreeMap<>(Arrays::compareUnsigned));
        }
    }

    private MemoryStore(Map<Table, NavigableMap<byte[], byte[]>> tables) {
        this.tables = tables;
    }

    // ---- the store

    @Override
    public synchronized void write(RowBatch batch) {
        requireWorking();
        if (nextWriteFailure != null) {
            throw fail(nextWriteFailure);
        }
        if (batch.isEmpty()) {
            return;
        }
        cursors.forEach(Cursor::detach);
        List<Former> former = new ArrayList<>(batch.count());
        apply(batch.serialised(), former);
        unsynced.addLast(former);
    }

    @Override
    public synchronized void sync() {
        requireWorking();
        if (nextSyncFailure != null) {
            throw fail(nextSyncFailure);
        }
        unsynced.clear();
        syncs++;
    }

    @Override
    public synchronized byte @Nullable [] get(Table table, byte[] key) {
        requireOpen();
        byte[] value = rows(table).get(key);
        return value == null ? null : verified(table, key, value);
    }

    @Override
    public synchronized RowCursor cursor(Table table, byte[] from, byte[] to) {
        requireOpen();
        Cursor cursor = new Cursor(table, range(table, from, to));
        cursors.add(cursor);
        return cursor;
    }

    @Override
    public synchronized byte @Nullable [] lastKey(Table table, byte[] from, byte[] to) {
        requireOpen();
        NavigableMap<byte[], byte[]> range = range(table, from, to);
        return range.isEmpty() ? null : range.lastKey().clone();
    }

    @Override
    public synchronized void reclaim(Table table, byte[] from, byte[] to) {
        requireOpen();
    }

    @Override
    public synchronized void compactReclaimed() {
        requireOpen();
    }

    @Override
    public synchronized void flush() {
        requireOpen();
    }

    @Override
    public synchronized void close() {
        closed = true;
        cursors.clear();
    }

    // ---- crashes and faults

    /** Batches that a crash may lose. */
    public synchronized int unsyncedBatches() {
        return unsynced.size();
    }

    /**
     * Ends this store as a crash would and returns what the next start finds: everything synced and the first
     * {@code keepUnsynced} of the batches written since.
     */
    public synchronized MemoryStore crash(int keepUnsynced) {
        if (keepUnsynced < 0 || keepUnsynced > unsynced.size()) {
            throw new IllegalArgumentException(
                    "cannot keep " + keepUnsynced + " of " + unsynced.size() + " unsynced batches");
        }
        while (unsynced.size() > keepUnsynced) {
            List<Former> former = unsynced.removeLast();
            for (int i = former.size() - 1; i >= 0; i--) {
                Former row = former.get(i);
                if (row.value == null) {
                    rows(row.table).remove(row.key);
                } else {
                    rows(row.table).put(row.key, row.value);
                }
            }
        }
        close();
        return new MemoryStore(tables);
    }

    /** A store of its own with the same rows, all of them synced; for trying several crashes from one state. */
    public synchronized MemoryStore copy() {
        Map<Table, NavigableMap<byte[], byte[]>> copies = new EnumMap<>(Table.class);
        tables.forEach((table, rows) -> copies.put(table, new TreeMap<>(rows)));
        return new MemoryStore(copies);
    }

    /** The next write fails, changes nothing, and with it everything that follows. */
    public synchronized void failNextWrite(String message) {
        nextWriteFailure = message;
    }

    /** The next sync fails and with it everything that follows; a later {@link #crash} decides what reached the disk. */
    public synchronized void failNextSync(String message) {
        nextSyncFailure = message;
    }

    /** Flips the lowest bit of the first byte of a row's value. */
    public synchronized void damage(Table table, byte[] key) {
        byte[] value = rows(table).get(key);
        if (value == null) {
            throw new IllegalArgumentException("no such row in " + table);
        }
        byte[] damaged = value.clone();
        damaged[0] ^= 1;
        rows(table).put(key, damaged);
    }

    public synchronized long syncs() {
        return syncs;
    }

    /** Rows written and removed so far. */
    public synchronized long sequence() {
        return sequence;
    }

    public synchronized int rowCount(Table table) {
        return rows(table).size();
    }

    // ---- within

    private NavigableMap<byte[], byte[]> rows(Table table) {
        return Objects.requireNonNull(tables.get(table));
    }

    private NavigableMap<byte[], byte[]> range(Table table, byte[] from, byte[] to) {
        return Arrays.compareUnsigned(from, to) >= 0
                ? new TreeMap<>(Arrays::compareUnsigned)
                : rows(table).subMap(from, true, to, false);
    }

    private void apply(byte[] serialised, List<Former> former) {
        new BatchReader(serialised).forEach(new BatchReader.Rows() {
            @Override
            public void put(Table table, byte[] key, byte[] value) {
                former.add(new Former(table, key, rows(table).put(key, value)));
                sequence++;
            }

            @Override
            public void delete(Table table, byte[] key) {
                former.add(new Former(table, key, rows(table).remove(key)));
                sequence++;
            }

            @Override
            public void deleteRange(Table table, byte[] from, byte[] to) {
                NavigableMap<byte[], byte[]> range = range(table, from, to);
                range.forEach((key, value) -> former.add(new Former(table, key, value)));
                range.clear();
                sequence++;
            }
        });
    }

    private byte[] verified(Table table, byte[] key, byte[] value) {
        int length = value.length - RowBatch.CRC_BYTES;
        int stored = ByteBuffer.wrap(value, length, RowBatch.CRC_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt();
        if (RowBatch.checksum(crc, key, value, length) != stored) {
            throw new DamagedRowException(table, key, value);
        }
        return Arrays.copyOf(value, length);
    }

    private void requireOpen() {
        if (closed) {
            throw new StoreException("the store in memory is closed", null);
        }
    }

    private void requireWorking() {
        requireOpen();
        if (failure != null) {
            throw new StoreException(
                    "the store has failed before and must be reopened: " + failure.getMessage(), failure);
        }
    }

    private StoreException fail(String message) {
        failure = new StoreException(message, null);
        return failure;
    }

    /** Walks the live rows until something is written; then what is left of the walk is copied first. */
    private final class Cursor implements RowCursor {
        private final Table table;
        private Iterator<Map.Entry<byte[], byte[]>> rest;
        private Map.@Nullable Entry<byte[], byte[]> row;
        private boolean detached;

        Cursor(Table table, NavigableMap<byte[], byte[]> range) {
            this.table = table;
            this.rest = range.entrySet().iterator();
        }

        void detach() {
            if (!detached) {
                List<Map.Entry<byte[], byte[]>> left = new ArrayList<>();
                rest.forEachRemaining(entry -> left.add(Map.entry(entry.getKey(), entry.getValue())));
                rest = left.iterator();
                row = row == null ? null : Map.entry(row.getKey(), row.getValue());
                detached = true;
            }
        }

        @Override
        public boolean next() {
            synchronized (MemoryStore.this) {
                requireOpen();
                row = rest.hasNext() ? rest.next() : null;
                return row != null;
            }
        }

        @Override
        public byte[] key() {
            return current().getKey().clone();
        }

        @Override
        public byte[] record() {
            synchronized (MemoryStore.this) {
                return verified(table, current().getKey(), current().getValue());
            }
        }

        private Map.Entry<byte[], byte[]> current() {
            if (row == null) {
                throw new IllegalStateException("the cursor stands on no row");
            }
            return row;
        }

        @Override
        public void close() {
            synchronized (MemoryStore.this) {
                cursors.remove(this);
            }
        }
    }
}
