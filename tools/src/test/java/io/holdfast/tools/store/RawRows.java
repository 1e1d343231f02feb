// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.schema.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** Changes a row of a closed store behind its back, as a failing disk or memory would. */
final class RawRows {
    private RawRows() {}

    /** Flips a bit in the first byte of a row's value. */
    static void damage(Path data, Table table, byte[] key) throws RocksDBException {
        change(data, table, key, value -> {
            byte[] damaged = value.clone();
            damaged[0] ^= 1;
            return damaged;
        });
    }

    static void change(Path data, Table table, byte[] key, UnaryOperator<byte[]> change) throws RocksDBException {
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        for (Table each : Table.values()) {
            families.add(new ColumnFamilyDescriptor(each.familyNameBytes()));
        }
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (DBOptions options = new DBOptions();
                RocksDB db = RocksDB.open(options, data.resolve("rows").toString(), families, handles)) {
            ColumnFamilyHandle family = handles.get(table.id());
            byte[] value = db.get(family, key);
            if (value == null) {
                throw new AssertionError("no such row in " + table);
            }
            db.put(family, key, change.apply(value));
            handles.forEach(ColumnFamilyHandle::close);
        }
    }
}
