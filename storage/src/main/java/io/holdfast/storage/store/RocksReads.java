// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DeadRanges.DeadRange;
import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Range;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.SizeApproximationFlag;
import org.rocksdb.Slice;
import org.rocksdb.Status;

/**
 * Reads of an open database, the same for the broker's store and the tools' read-only one.
 *
 * <p>Touching a native object after it was closed ends the whole process, and a failed store is closed while shards may
 * still read from it. So every call passes a gate: {@link #shut} lets nobody in any more, waits until everybody inside
 * has left, and ends the cursors. After that calls throw {@link StoreException}.
 */
final class RocksReads {
    interface Action {
        void run() throws RocksDBException;
    }

    /** A bit of {@link #inside} that no number of callers reaches. */
    private static final int SHUT = 1 << 30;

    private final Path folder;
    private final RocksDB db;
    private final List<ColumnFamilyHandle> families;
    private final ReadOptions readOptions;
    private final AtomicInteger inside = new AtomicInteger();
    private final Set<RocksCursor> cursors = ConcurrentHashMap.newKeySet();

    private RocksReads(Path folder, RocksDB db, List<ColumnFamilyHandle> families, ReadOptions readOptions) {
        this.folder = folder;
        this.db = db;
        this.families = families;
        this.readOptions = readOptions;
    }

    static RocksReads open(Path folder, RocksOptions options, NativeHandles handles) throws RocksDBException {
        List<ColumnFamilyHandle> families = new ArrayList<>();
        List<ColumnFamilyDescriptor> declared = options.families();
        RocksDB db = handles.own(options.open(folder, declared, families));
        families.forEach(handles::own);
        for (Table table : Table.values()) {
            int id = families.get(table.id()).getID();
            if (id != table.id()) {
                throw new StoreRefusedException(
                        Reason.WRONG_META,
                        "the store in " + folder + " has column family " + table.familyName() + " under number " + id
                                + " instead of " + table.id() + ": it was not made by Holdfast");
            }
        }
        // Checksums of blocks are verified on every read, so a row is never made of a damaged block.
        ReadOptions readOptions = handles.own(new ReadOptions().setVerifyChecksums(true));
        return new RocksReads(folder, db, families, readOptions);
    }

    Path folder() {
        return folder;
    }

    RocksDB db() {
        return db;
    }

    ColumnFamilyHandle family(Table table) {
        return families.get(table.id());
    }

    List<ColumnFamilyHandle> families() {
        return families;
    }

    byte @Nullable [] get(Table table, byte[] key) {
        enter();
        try {
            byte[] value = db.get(family(table), readOptions, key);
            return value == null ? null : verified(table, key, value);
        } catch (RocksDBException e) {
            if (isCorruption(e)) {
                throw new DamagedRowException(table, key, String.valueOf(e.getMessage()), e);
            }
            throw failed("read " + table.familyName() + " in", e);
        } finally {
            leave();
        }
    }

    RowCursor cursor(Table table, byte[] from, byte[] to) {
        return cursor(table, from, to, true);
    }

    /** @param cached whether what it reads stays in the cache */
    RowCursor cursor(Table table, byte[] from, byte[] to, boolean cached) {
        enter();
        try {
            RocksCursor cursor = new RocksCursor(this, table, from, to, cached);
            cursors.add(cursor);
            return cursor;
        } finally {
            leave();
        }
    }

    byte @Nullable [] lastKey(Table table, byte[] from, byte[] to) {
        enter();
        try {
            return lastKeyInside(table, from, to);
        } catch (RocksDBException e) {
            if (isCorruption(e)) {
                throw new DamagedRowException(table, from, "or behind it: " + e.getMessage(), e);
            }
            throw failed("read " + table.familyName() + " in", e);
        } finally {
            leave();
        }
    }

    /** As {@link #lastKey}, for callers that have come through the gate already. */
    byte @Nullable [] lastKeyInside(Table table, byte[] from, byte[] to) throws RocksDBException {
        try (RangeIterator range = RangeIterator.open(db, family(table), from, to, true)) {
            RocksIterator rows = range.rows();
            rows.seekToLast();
            if (!rows.isValid()) {
                rows.status();
                return null;
            }
            return rows.key();
        }
    }

    /**
     * About how many bytes of table files hold rows of these ranges, dead or alive, their large payloads counted in
     * proportion; to a block, so less than one counts as nothing. For callers that have come through the gate already.
     */
    long bytesInFiles(Table table, List<DeadRange> ranges) throws RocksDBException {
        ColumnFamilyHandle family = family(table);
        List<Slice> bounds = new ArrayList<>(); // They hold native memory, the ranges do not.
        try {
            List<Range> asked = new ArrayList<>();
            for (DeadRange range : ranges) {
                Slice from = new Slice(range.from());
                bounds.add(from);
                Slice to = new Slice(range.to());
                bounds.add(to);
                asked.add(new Range(from, to));
            }
            long bytes = LongStream.of(db.getApproximateSizes(family, asked, SizeApproximationFlag.INCLUDE_FILES))
                    .sum();
            long files = db.getLongProperty(family, "rocksdb.live-sst-files-size");
            long payloads = db.getLongProperty(family, "rocksdb.live-blob-file-size");
            return bytes == 0 || files == 0 ? bytes : bytes + (long) ((double) payloads / files * bytes);
        } finally {
            bounds.forEach(Slice::close);
        }
    }

    void run(String what, Action action) {
        enter();
        try {
            action.run();
        } catch (RocksDBException e) {
            throw failed(what, e);
        } finally {
            leave();
        }
    }

    long gated(LongSupplier value) {
        enter();
        try {
            return value.getAsLong();
        } finally {
            leave();
        }
    }

    /** Comes in, unless the store is closed; every call is followed by one of {@link #leave}. */
    void enter() {
        if (!tryEnter()) {
            throw new StoreException("the store in " + folder + " is closed", null);
        }
    }

    boolean tryEnter() {
        if (inside.incrementAndGet() >= SHUT) {
            inside.decrementAndGet();
            return false;
        }
        return true;
    }

    void leave() {
        inside.decrementAndGet();
    }

    void forget(RocksCursor cursor) {
        cursors.remove(cursor);
    }

    /** Returns true to the one caller that may now close the native objects. */
    boolean shut() {
        for (int now = inside.get(); ; now = inside.get()) {
            if (now >= SHUT) {
                return false;
            }
            if (inside.compareAndSet(now, now + SHUT)) {
                break;
            }
        }
        while (inside.get() != SHUT) {
            LockSupport.parkNanos(50_000);
        }
        cursors.forEach(RocksCursor::end);
        cursors.clear();
        return true;
    }

    static boolean isCorruption(RocksDBException e) {
        return e.getStatus() != null && e.getStatus().getCode() == Status.Code.Corruption;
    }

    StoreException failed(String what, RocksDBException cause) {
        String message = "cannot " + what + " the store in " + folder + ": " + cause.getMessage();
        return isCorruption(cause) ? new DamagedFileException(message, cause) : new StoreException(message, cause);
    }

    /** The record of a row: its value without the checksum, which has to fit. */
    static byte[] verified(Table table, byte[] key, byte[] value) {
        int length = value.length - RowBatch.CRC_BYTES;
        if (length < 0) {
            throw new DamagedRowException(table, key, value);
        }
        int stored = ByteBuffer.wrap(value, length, RowBatch.CRC_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt();
        if (RowBatch.checksum(new CRC32C(), key, value, length) != stored) {
            throw new DamagedRowException(table, key, value);
        }
        return Arrays.copyOf(value, length);
    }
}
