// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DeadRanges.DeadRange;
import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The store on RocksDB: one database, one write-ahead log, one table for each column family.
 *
 * <p>RocksDB keeps written batches in its own buffer until a sync hands them to the operating system ("manual WAL
 * flush"). So a killed process loses exactly what was not synced, and a plain kill is an honest test of the rule that
 * nothing is acknowledged before its sync.
 *
 * <p>A write or sync that fails is final. RocksDB refuses everything after it, and trying again would be worse than
 * useless: after a failed fsync the kernel may have dropped the pages and report success the next time. Every later write
 * and sync throws; the owner closes this store and opens the folder again through recovery.
 *
 * <p>{@link #write}, {@link #sync}, {@link #sequence} and {@link #durableSequence} belong to the commit thread. Reads and
 * {@link #close} are allowed on any thread: closing waits for reads that are under way and ends open cursors.
 */
public final class RocksStore implements RowStore {
    /** So many bytes may stay in the files of a table while there is traffic. */
    private static final long DEAD_BYTES_MAX = 32L << 20;

    private static final int DEAD_RANGES_MAX = 256;

    private final RocksReads reads;
    private final NativeHandles handles;
    private final WriteOptions writeOptions;
    private final FlushOptions flushOptions;
    private final StoreOptions options;
    /** The thread that gives space back. */
    private final DeadRanges dead = new DeadRanges();

    private volatile @Nullable StoreException failure;

    // Commit thread only.
    private long durableSequence;
    private long deviceSyncNanos;
    private LongConsumer deviceSynced = sequence -> {};

    private RocksStore(RocksReads reads, NativeHandles handles, StoreOptions options) {
        this.reads = reads;
        this.handles = handles;
        this.options = options;
        this.writeOptions = handles.own(new WriteOptions());
        this.flushOptions = handles.own(
                new FlushOptions().setWaitForFlush(true).setAllowWriteStall(true)); // whoever flushes does not write
        this.durableSequence = reads.db().getLatestSequenceNumber();
        this.deviceSyncNanos = options.nanoClock().getAsLong();
    }

    /**
     * Opens the database in a folder, making it when there is none. {@link StoreFolder} guards the folder around it.
     *
     * @throws StoreException when it cannot be opened; nothing stays open then
     */
    public static RocksStore open(Path folder, StoreOptions options) {
        NativeLibrary.load(options.libraryFolder());
        NativeHandles handles = new NativeHandles();
        try {
            RocksReads reads = RocksReads.open(folder, RocksOptions.readWrite(handles, options), handles);
            return new RocksStore(reads, handles, options);
        } catch (RocksDBException e) {
            handles.close();
            throw refused(folder, e);
        } catch (RuntimeException | Error e) {
            handles.close();
            throw e;
        }
    }

    /** What RocksDB's refusal to open a database means for the one who starts the broker. */
    static StoreRefusedException refused(Path folder, RocksDBException cause) {
        Status status = cause.getStatus();
        String message = String.valueOf(cause.getMessage());
        if (status != null && status.getSubCode() == Status.SubCode.NoSpace) {
            return new StoreRefusedException(
                    Reason.NO_SPACE,
                    "no space left to open the store in " + folder + "; free some and start again",
                    cause);
        }
        if (message.contains("lock") && message.contains("LOCK")) {
            return new StoreRefusedException(
                    Reason.LOCKED, "the database in " + folder + " is in use by another program: " + message, cause);
        }
        return new StoreRefusedException(
                Reason.DAMAGED,
                "the store in " + folder + " cannot be opened: " + message
                        + "; copy the folder away before any repair, or restore it from a backup",
                cause);
    }

    @Override
    public void write(RowBatch batch) {
        if (batch.isEmpty()) {
            return;
        }
        change("write to", () -> {
            try (WriteBatch rows = NativeBatch.of(batch.array(), batch.size())) {
                reads.db().write(writeOptions, rows);
            }
        });
    }

    @Override
    public void sync() {
        if (reachesDevice()) {
            syncDevice();
        } else {
            change("sync", () -> reads.db().flushWal(false));
        }
    }

    private boolean reachesDevice() {
        return switch (options.durability()) {
            case SYNC -> true;
            case OS -> false;
            case INTERVAL ->
                options.nanoClock().getAsLong() - deviceSyncNanos
                        >= options.syncInterval().toNanos();
        };
    }

    /** Syncs the device whatever the durability; for a clean stop. */
    public void syncDevice() {
        change("sync", () -> {
            long sequence = reads.db().getLatestSequenceNumber();
            reads.db().flushWal(true);
            deviceSyncNanos = options.nanoClock().getAsLong();
            durableSequence = sequence;
            deviceSynced.accept(sequence);
        });
    }

    /** With durability INTERVAL: the sync that nobody asks for when traffic ends. Otherwise nothing. */
    void idle() {
        if (options.durability() == Durability.INTERVAL && sequence() > durableSequence) {
            sync();
        }
    }

    /** Who is told, on the commit thread, the sequence number that a sync of the device has just covered. */
    void onDeviceSync(LongConsumer listener) {
        deviceSynced = listener;
    }

    /** RocksDB's number of the last row written: one number for each row of a batch, never reused in an undamaged store. */
    public long sequence() {
        return reads.gated(() -> reads.db().getLatestSequenceNumber());
    }

    /** Bytes of rows that are in memory and in the log only: so much will be written to table files. Any thread. */
    public long unflushedBytes() {
        return reads.gated(() -> {
            try {
                long bytes = 0;
                for (ColumnFamilyHandle family : reads.families()) {
                    bytes += reads.db().getLongProperty(family, "rocksdb.cur-size-all-mem-tables");
                }
                return bytes;
            } catch (RocksDBException e) {
                throw reads.failed("measure", e);
            }
        });
    }

    /** The sequence that the last sync of the device covered. */
    public long durableSequence() {
        return durableSequence;
    }

    /** How long the list of table files is, as far as it is synced. Any thread. */
    FileListMark.Length fileList() {
        FileListMark.Length[] length = {FileListMark.Length.UNKNOWN};
        reads.run("list the files of", () -> {
            RocksDB.LiveFiles live = reads.db().getLiveFiles(false);
            for (String name : live.files) {
                FileListMark.Length named = FileListMark.Length.of(name.substring(1), live.manifestFileSize);
                length[0] = named.equals(FileListMark.Length.UNKNOWN) ? length[0] : named;
            }
        });
        return length[0];
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
        return reads.get(table, key);
    }

    @Override
    public RowCursor cursor(Table table, byte[] from, byte[] to) {
        return reads.cursor(table, from, to);
    }

    @Override
    public RowCursor passingCursor(Table table, byte[] from, byte[] to) {
        return reads.cursor(table, from, to, false);
    }

    @Override
    public byte @Nullable [] lastKey(Table table, byte[] from, byte[] to) {
        return reads.lastKey(table, from, to);
    }

    @Override
    public void reclaim(Table table, byte[] from, byte[] to) {
        reads.run("give back space of", () -> {
            DeadRange range = new DeadRange(from, to);
            if (reads.bytesInFiles(table, List.of(range)) == 0) {
                return; // It is in memory, and the next flush leaves it out.
            }
            dead.add(table, range);
            List<DeadRange> all = dead.of(table);
            if (all.size() >= DEAD_RANGES_MAX || reads.bytesInFiles(table, all) >= DEAD_BYTES_MAX) {
                compactDead(table);
            }
        });
    }

    @Override
    public void compactReclaimed() {
        reads.run("give back space of", () -> {
            for (Table table : dead.tables()) {
                compactDead(table);
            }
        });
    }

    private void compactDead(Table table) throws RocksDBException {
        if (!options.compaction()) {
            dead.forget(table);
            return;
        }
        ColumnFamilyHandle family = reads.family(table);
        try (CompactRangeOptions compaction = new CompactRangeOptions().setExclusiveManualCompaction(false)) {
            for (DeadRange range : dead.of(table)) {
                // Whole files first, which costs nothing. The deletion itself may go with them, and dead rows come back
                // that share a file with live ones: nobody refers to them, so deleting them once more is enough.
                reads.db().deleteFilesInRanges(family, List.of(range.from(), range.to()), false);
                if (reads.lastKeyInside(table, range.from(), range.to()) != null) {
                    reads.db().deleteRange(family, writeOptions, range.from(), range.to());
                }
                // Before it compacts, RocksDB writes all that is in memory: hence not for every range.
                reads.db().compactRange(family, range.from(), range.to(), compaction);
            }
        }
        dead.forget(table);
    }

    /** Writes a table's files anew, without what was removed. Slow; for a store that nobody uses. */
    void compact(Table table) {
        reads.run("compact", () -> reads.db().compactRange(reads.family(table)));
    }

    @Override
    public void flush() {
        reads.run("flush", () -> reads.db().flush(flushOptions, reads.families()));
    }

    RocksReads reads() {
        return reads;
    }

    /**
     * What the store takes now; any thread, may wait for the file system.
     *
     * @throws StoreException when it is closed
     */
    public StoreFigures figures() {
        Map<Table, Long> tables = new EnumMap<>(Table.class);
        long[] memory = new long[2];
        reads.run("measure", () -> {
            for (Table table : Table.values()) {
                ColumnFamilyHandle family = reads.family(table);
                tables.put(
                        table,
                        reads.db().getLongProperty(family, "rocksdb.live-sst-files-size")
                                + reads.db().getLongProperty(family, "rocksdb.live-blob-file-size"));
                memory[0] += reads.db().getLongProperty(family, "rocksdb.cur-size-all-mem-tables");
            }
            // All tables share one cache.
            memory[1] = reads.db().getLongProperty(reads.family(Table.META), "rocksdb.block-cache-usage");
        });
        return new StoreFigures(tables, memory[0], memory[1], WalScan.bytes(reads.folder()));
    }

    /** The failure that ended this store, or null while it works. */
    public @Nullable StoreException failure() {
        return failure;
    }

    /** Closes without a sync of its own: what was written after the last sync may be lost or kept. */
    @Override
    public void close() {
        if (reads.shut()) {
            handles.close();
        }
    }

    private void change(String what, RocksReads.Action action) {
        StoreException earlier = failure;
        if (earlier != null) {
            throw new StoreException(
                    "the store has failed before and must be reopened: " + earlier.getMessage(), earlier);
        }
        try {
            reads.run(what, action);
        } catch (StoreException e) {
            failure = e;
            throw e;
        }
    }
}
