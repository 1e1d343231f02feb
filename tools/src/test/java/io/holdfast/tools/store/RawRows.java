// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** Changes rows of a closed store behind its back, as a failing disk or memory would, or a broker with a defect. */
public final class RawRows {
    private RawRows() {}

    private interface Work {
        void on(RocksDB db, List<ColumnFamilyHandle> families) throws RocksDBException;
    }

    private static void open(Path data, Work work) throws RocksDBException {
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        for (Table each : Table.values()) {
            families.add(new ColumnFamilyDescriptor(each.familyNameBytes()));
        }
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (DBOptions options = new DBOptions();
                RocksDB db = RocksDB.open(options, data.resolve("rows").toString(), families, handles)) {
            work.on(db, handles);
            handles.forEach(ColumnFamilyHandle::close);
        }
    }

    /** Flips a bit in the first byte of a row's value. */
    public static void damage(Path data, Table table, byte[] key) throws RocksDBException {
        change(data, table, key, value -> {
            byte[] damaged = value.clone();
            damaged[0] ^= 1;
            return damaged;
        });
    }

    /** Changes a row's value, checksum and all. */
    static void change(Path data, Table table, byte[] key, UnaryOperator<byte[]> change) throws RocksDBException {
        open(data, (db, families) -> {
            ColumnFamilyHandle family = families.get(table.id());
            db.put(family, key, change.apply(existing(db, family, table, key)));
        });
    }

    /** Changes a row's record and gives it a checksum that fits. */
    static void edit(Path data, Table table, byte[] key, UnaryOperator<byte[]> change) throws RocksDBException {
        open(data, (db, families) -> {
            ColumnFamilyHandle family = families.get(table.id());
            byte[] value = existing(db, family, table, key);
            byte[] record = Arrays.copyOf(value, value.length - RowBatch.CRC_BYTES);
            db.put(family, key, withChecksum(key, change.apply(record)));
        });
    }

    private static byte[] existing(RocksDB db, ColumnFamilyHandle family, Table table, byte[] key)
            throws RocksDBException {
        byte @Nullable [] value = db.get(family, key);
        if (value == null) {
            throw new AssertionError("no such row in " + table);
        }
        return value;
    }

    static void put(Path data, Table table, byte[] key, byte[] record) throws RocksDBException {
        open(data, (db, families) -> db.put(families.get(table.id()), key, withChecksum(key, record)));
    }

    static void delete(Path data, Table table, byte[] key) throws RocksDBException {
        open(data, (db, families) -> {
            ColumnFamilyHandle family = families.get(table.id());
            existing(db, family, table, key);
            db.delete(family, key);
        });
    }

    /** Moves all rows into table files. */
    static void flush(Path data) throws RocksDBException {
        open(data, (db, families) -> {
            try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
                db.flush(flush, families);
            }
        });
    }

    private static byte[] withChecksum(byte[] key, byte[] record) {
        int checksum = RowBatch.checksum(new CRC32C(), key, record, record.length);
        return ByteBuffer.allocate(record.length + RowBatch.CRC_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(record)
                .putInt(checksum)
                .array();
    }
}
