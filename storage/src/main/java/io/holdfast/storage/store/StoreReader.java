// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyMetaData;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * Reads a store without writing a byte into its folder and without its lock: beside a running broker, after a crash, from
 * a folder that may not be written to. It sees what was in the log when it was opened, replayed in memory; a broker that
 * goes on writing is not seen, and files that it removes meanwhile may fail a later read.
 */
public final class StoreReader implements RowReader {
    private static final int OPEN_ATTEMPTS = 5;
    private static final long CACHE_BYTES = 32L << 20;

    private final RocksReads reads;
    private final NativeHandles handles;

    private StoreReader(RocksReads reads, NativeHandles handles) {
        this.reads = reads;
        this.handles = handles;
    }

    /**
     * Opens the store of a data folder.
     *
     * @param libraryFolder as in {@link StoreOptions}
     * @throws StoreRefusedException when there is no store, or none this program can read
     */
    public static StoreReader open(Path folder, @Nullable Path libraryFolder) {
        try {
            Path database = folder.resolve(StoreFolder.ROWS_FOLDER);
            if (!Files.isDirectory(folder)) {
                throw new StoreRefusedException(Reason.NOT_A_FOLDER, folder + " is not a folder");
            }
            Optional<StoreMarker> marker = StoreMarker.read(folder);
            if (marker.isEmpty() || !Files.exists(database.resolve("CURRENT"))) {
                throw new StoreRefusedException(Reason.FOREIGN, "there is no Holdfast store in " + folder);
            }
            FileListMark.require(
                    folder.resolve(StoreFolder.FILE_LIST_FILE), marker.get().id(), database);
            return openDatabase(database, libraryFolder);
        } catch (IOException e) {
            throw FolderCheck.refused(folder, e);
        }
    }

    /** Tries again when files vanish between the reading of their names and their opening: a broker at work. */
    static StoreReader openDatabase(Path database, @Nullable Path libraryFolder) throws IOException {
        WalScan.Result wal = WalScan.scan(database);
        if (wal.misleading()) {
            throw new StoreRefusedException(
                    Reason.LOG_DAMAGED,
                    "the log " + database.resolve(String.valueOf(wal.damagedFile())) + " is damaged at byte "
                            + wal.damagedAt() + " in a way that RocksDB cannot read past; nothing was changed: let the "
                            + "broker open the store, which ends the log there unless acknowledged rows are behind");
        }
        ManifestScan.require(database, wal);
        NativeLibrary.load(libraryFolder);
        for (int attempt = 1; ; attempt++) {
            try {
                return attempt(database);
            } catch (RocksDBException e) {
                if (attempt == OPEN_ATTEMPTS) {
                    throw RocksStore.refused(database, e);
                }
            }
        }
    }

    private static StoreReader attempt(Path database) throws RocksDBException {
        NativeHandles handles = new NativeHandles();
        try {
            RocksOptions options = RocksOptions.readOnly(handles, CACHE_BYTES);
            return new StoreReader(RocksReads.open(database, options, handles), handles);
        } catch (RocksDBException | RuntimeException | Error e) {
            handles.close();
            throw e;
        }
    }

    /** Sequence number of the last row that was found. */
    public long sequence() {
        return reads.gated(() -> reads.db().getLatestSequenceNumber());
    }

    /** What a table takes, as RocksDB says; costs nothing. */
    public TableSize size(Table table) {
        TableSize[] size = new TableSize[1];
        reads.run("measure", () -> {
            RocksDB db = reads.db();
            ColumnFamilyHandle family = reads.family(table);
            ColumnFamilyMetaData files = db.getColumnFamilyMetaData(family);
            size[0] = new TableSize(
                    db.getLongProperty(family, "rocksdb.estimate-num-keys"),
                    (int) (files.fileCount() + db.getLongProperty(family, "rocksdb.num-blob-files")),
                    files.size() + db.getLongProperty(family, "rocksdb.live-blob-file-size"),
                    db.getLongProperty(family, "rocksdb.cur-size-all-mem-tables"));
        });
        return size[0];
    }

    /**
     * Reads every block of every table file and holds it against its checksum; the payloads in blob files are verified
     * when they are read.
     *
     * @throws StoreException that names the first file in which one does not fit
     */
    public void verifyFiles() {
        reads.run("verify the files of", () -> reads.db().verifyChecksum());
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
    public byte @Nullable [] lastKey(Table table, byte[] from, byte[] to) {
        return reads.lastKey(table, from, to);
    }

    @Override
    public void close() {
        if (reads.shut()) {
            handles.close();
        }
    }
}
