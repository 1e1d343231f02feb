// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.SstFileReaderIterator;

/**
 * Table files whose list is lost, one after the other, into a new database: the older ones first, told by their numbers, so
 * that of two rows with one key the newer stays. What a file says of removed rows is not there to be read. Rows whose
 * payload lies in a blob file cannot be read this way.
 */
final class SalvagedFiles {
    private SalvagedFiles() {}

    static void gather(Path database, Path target, SalvageListener listener) throws IOException {
        List<Path> files = FolderTree.files(database).stream()
                .filter(file -> file.toString().endsWith(".sst"))
                .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                .toList();
        Files.createDirectory(target, OwnFiles.folderRights(target));
        try (RocksStore gathered = RocksStore.open(target, StoreOptions.defaults())) {
            for (Path file : files) {
                try {
                    copy(file, gathered.reads());
                } catch (RocksDBException e) {
                    listener.lost("file " + file.getFileName() + " cannot be read to its end: " + e.getMessage());
                }
            }
            gathered.flush();
        }
    }

    private static void copy(Path file, RocksReads target) throws RocksDBException {
        try (Options options = new Options();
                ReadOptions reading = new ReadOptions().setVerifyChecksums(true);
                SstFileReader reader = new SstFileReader(options)) {
            reader.open(file.toString());
            String family = new String(reader.getTableProperties().getColumnFamilyName(), StandardCharsets.US_ASCII);
            for (Table table : Table.values()) {
                if (table.familyName().equals(family)) {
                    copy(reader, reading, target, target.family(table));
                }
            }
        }
    }

    private static void copy(SstFileReader reader, ReadOptions reading, RocksReads target, ColumnFamilyHandle family)
            throws RocksDBException {
        try (SstFileReaderIterator rows = reader.newIterator(reading)) {
            for (rows.seekToFirst(); rows.isValid(); rows.next()) {
                target.db().put(family, rows.key(), rows.value());
            }
            rows.status();
        }
    }
}
