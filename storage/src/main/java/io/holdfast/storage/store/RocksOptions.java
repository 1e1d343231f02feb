// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.Env;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileManager;
import org.rocksdb.WALRecoveryMode;

/**
 * The settings RocksDB is opened with; each departs from its default for a reason that was measured.
 *
 * <p>No event listener is ever set: through Java they ended the process, and the one for background errors kept RocksDB
 * from recovering.
 */
final class RocksOptions {
    private static final long MIB = 1L << 20;
    private static final long WRITE_BUFFER_BYTES = 64 * MIB;
    private static final long WAL_BYTES_MAX = 128 * MIB;
    private static final long BLOB_BYTES_MIN = 4096;
    private static final long COMPACTION_ROOM_BYTES = 8 * MIB;
    private static final int BLOOM_BITS_PER_KEY = 10;
    private static final long SALVAGE_CACHE_BYTES = 32 * MIB;
    private static final int FEW_FILES = 13;
    /** Tables read by single keys that often do not exist. */
    private static final Set<Table> POINT_READS = EnumSet.of(Table.CLIENT, Table.SESSION, Table.INFLIGHT);

    private enum Access {
        READ_WRITE,
        READ_ONLY
    }

    private final Access access;
    private final DBOptions database;
    private final List<ColumnFamilyDescriptor> families = new ArrayList<>();

    private RocksOptions(Access access, DBOptions database) {
        this.access = access;
        this.database = database;
    }

    static RocksOptions readWrite(NativeHandles handles, StoreOptions options) throws RocksDBException {
        SstFileManager files = handles.own(new SstFileManager(Env.getDefault()));
        // A compaction looks for room before it begins: one that fails half-way fails writes with it.
        files.setCompactionBufferSize(COMPACTION_ROOM_BYTES);
        DBOptions database = database(handles)
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                // A sync hands the log to the system in one go; until then a kill loses it (see RocksStore).
                .setManualWalFlush(true)
                // All tables are flushed together, or the oldest log stays as long as the quietest table.
                .setAtomicFlush(true)
                .setMaxTotalWalSize(WAL_BYTES_MAX)
                // Recycled log files end in old records, which recovery must not take for new ones.
                .setRecycleLogFileNum(0)
                // Rows of a replayed log are in table files before the first acknowledgement.
                .setAvoidFlushDuringRecovery(false)
                // Waits for space and resumes when a flush met a full disk.
                .setSstFileManager(files);
        RocksOptions opened = new RocksOptions(Access.READ_WRITE, database).declare(handles, options.blockCacheBytes());
        opened.families.forEach(family -> family.getOptions().setDisableAutoCompactions(!options.compaction()));
        return opened;
    }

    /** Opens without writing: RocksDB then makes no file of any kind, not even for its own messages. */
    static RocksOptions readOnly(NativeHandles handles, long cacheBytes) {
        return new RocksOptions(Access.READ_ONLY, database(handles)).declare(handles, cacheBytes);
    }

    /** How much is asked of the files of a damaged database. */
    enum Salvage {
        /** As much as the inspector asks. */
        AS_IT_IS,
        /** Table files are not looked at before they are read. */
        LAZY_FILES,
        /** The newest state of which no file is missing. */
        BEST_EFFORT
    }

    /** Opens a copy of a damaged database; the last way writes into it. */
    static RocksOptions salvage(NativeHandles handles, Salvage way) {
        DBOptions database = database(handles);
        return switch (way) {
            case AS_IT_IS -> new RocksOptions(Access.READ_ONLY, database).declare(handles, SALVAGE_CACHE_BYTES);
            // RocksDB opens at first as many files as a quarter of those it may keep open, less ten: none.
            case LAZY_FILES ->
                new RocksOptions(
                                Access.READ_ONLY,
                                database.setParanoidChecks(false).setMaxOpenFiles(FEW_FILES))
                        .declare(handles, SALVAGE_CACHE_BYTES);
            case BEST_EFFORT ->
                new RocksOptions(
                                Access.READ_WRITE,
                                database.setParanoidChecks(false).setBestEffortsRecovery(true))
                        .declare(handles, SALVAGE_CACHE_BYTES);
        };
    }

    private static DBOptions database(NativeHandles handles) {
        return handles.own(new DBOptions())
                // The log is read up to the first damage; whether that lost anything is the watermark's to say.
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                .setParanoidChecks(true)
                .setMaxOpenFiles(-1)
                // RocksDB's own LOG would otherwise grow by gigabytes a month.
                .setMaxLogFileSize(4 * MIB)
                .setKeepLogFileNum(4)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0);
    }

    private RocksOptions declare(NativeHandles handles, long cacheBytes) {
        Cache cache = handles.own(new LRUCache(cacheBytes));
        BloomFilter bloom = handles.own(new BloomFilter(BLOOM_BITS_PER_KEY));
        for (Table table : Table.values()) {
            families.add(new ColumnFamilyDescriptor(table.familyNameBytes(), table(handles, table, cache, bloom)));
        }
        return this;
    }

    private static ColumnFamilyOptions table(NativeHandles handles, Table table, Cache cache, BloomFilter bloom) {
        BlockBasedTableConfig blocks = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinL0FilterAndIndexBlocksInCache(true);
        if (POINT_READS.contains(table)) {
            blocks.setFilterPolicy(bloom);
        }
        ColumnFamilyOptions family = handles.own(new ColumnFamilyOptions())
                .setWriteBufferSize(WRITE_BUFFER_BYTES)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setForceConsistencyChecks(true)
                .setTableFormatConfig(blocks);
        if (table == Table.MESSAGE) {
            // Payloads are written once and removed by whole ranges: keep the large ones out of compaction.
            family.setEnableBlobFiles(true)
                    .setMinBlobSize(BLOB_BYTES_MIN)
                    .setBlobCompressionType(CompressionType.LZ4_COMPRESSION)
                    .setEnableBlobGarbageCollection(true);
        }
        return family;
    }

    List<ColumnFamilyDescriptor> families() {
        return families;
    }

    RocksDB open(Path folder, List<ColumnFamilyDescriptor> declared, List<ColumnFamilyHandle> opened)
            throws RocksDBException {
        return access == Access.READ_WRITE
                ? RocksDB.open(database, folder.toString(), declared, opened)
                : RocksDB.openReadOnly(database, folder.toString(), declared, opened);
    }
}
