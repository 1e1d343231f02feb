// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

class RocksStoreTest {
    @TempDir
    private Path temp;

    private Path folder;

    @BeforeEach
    void chooseFolder() {
        folder = temp.resolve("rows");
    }

    @AfterEach
    void noHandleStaysOpen() {
        assertThat(NativeHandles.leaks()).isEmpty();
    }

    @Test
    @DisplayName(
            "T41 a walk into a damaged block of a table file ends with damage that names the file, as often as asked")
    void next_damagedBlock_namesFile() throws IOException {
        try (RocksStore store = RocksStore.open(folder, StoreOptions.defaults())) {
            RowBatch batch = new RowBatch();
            batch.put(Table.QUEUE, Keys.queue(7, 0), new byte[100]);
            store.write(batch);
            store.flush();
        }
        Path file;
        try (Stream<Path> files = Files.list(folder)) {
            file = files.filter(path -> path.toString().endsWith(".sst"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[10] ^= 1;
        Files.write(file, bytes);
        try (RocksStore store = RocksStore.open(folder, StoreOptions.defaults());
                RowCursor cursor = store.cursor(Table.QUEUE, Keys.number(0), Keys.end())) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(cursor::next)
                        .isInstanceOf(DamagedRowException.class)
                        .hasMessageContaining(file.getFileName().toString());
            }
        }
    }

    @Test
    @DisplayName("C33 a row whose checksum does not fit is never returned, and a walk goes on behind it")
    void read_damagedRow_throwsAndWalkGoesOn() throws RocksDBException {
        try (NativeHandles handles = new NativeHandles()) {
            RocksReads raw = RocksReads.open(folder, RocksOptions.readWrite(handles, StoreOptions.defaults()), handles);
            byte[] whole = value(Keys.number(2), new byte[] {1, 2, 3});
            raw.db().put(raw.family(Table.LOG), Keys.number(1), value(Keys.number(1), new byte[] {9}));
            byte[] flipped = whole.clone();
            flipped[1] ^= 4;
            raw.db().put(raw.family(Table.LOG), Keys.number(2), flipped);
            // The right bytes under another key, as when a block lands in the wrong place.
            raw.db().put(raw.family(Table.LOG), Keys.number(3), whole);
            raw.db().put(raw.family(Table.LOG), Keys.number(4), new byte[3]);
            raw.db().put(raw.family(Table.LOG), Keys.number(5), value(Keys.number(5), new byte[0]));
        }
        try (RocksStore store = RocksStore.open(folder, StoreOptions.defaults())) {
            for (long key = 2; key <= 4; key++) {
                byte[] damaged = Keys.number(key);
                assertThatThrownBy(() -> store.get(Table.LOG, damaged))
                        .isInstanceOfSatisfying(DamagedRowException.class, e -> {
                            assertThat(e.table()).isEqualTo(Table.LOG);
                            assertThat(e.key()).isEqualTo(damaged);
                        });
            }
            List<Long> readable = new ArrayList<>();
            List<Long> damaged = new ArrayList<>();
            try (RowCursor cursor = store.cursor(Table.LOG, Keys.number(0), Keys.end())) {
                while (cursor.next()) {
                    try {
                        cursor.record();
                        readable.add(Keys.number(cursor.key()));
                    } catch (DamagedRowException e) {
                        damaged.add(Keys.number(e.key()));
                    }
                }
            }
            assertThat(readable).containsExactly(1L, 5L);
            assertThat(damaged).containsExactly(2L, 3L, 4L);
            assertThat(store.failure()).isNull();
        }
    }

    @Test
    @DisplayName("compacting a table takes removed rows off the disk")
    void compact_removedRows_fileIsSmall() {
        try (RocksStore store = RocksStore.open(folder, StoreOptions.defaults())) {
            Random random = new Random(1);
            RowBatch rows = new RowBatch();
            RowBatch removal = new RowBatch();
            for (long key = 0; key < 500; key++) {
                byte[] record = new byte[1_000];
                random.nextBytes(record);
                rows.put(Table.RETAINED, Keys.number(key), record);
                removal.delete(Table.RETAINED, Keys.number(key));
            }
            rows.put(Table.RETAINED, Keys.number(500), new byte[] {1}); // So that something is left.
            store.write(rows);
            store.sync();
            store.flush();
            store.write(removal);
            store.sync();
            store.flush();
            assertThat(store.figures().tableBytes().get(Table.RETAINED)).isGreaterThan(500_000L);
            store.compact(Table.RETAINED);
            assertThat(store.figures().tableBytes().get(Table.RETAINED)).isLessThan(50_000L);
        }
    }

    @Test
    @DisplayName("T41 a damaged table file costs the rows in the damaged block, and the message names the file")
    void read_tableFileDamaged_namesFileAndServesTheRest() throws IOException {
        int rows = 2000;
        try (RocksStore store = RocksStore.open(folder, StoreOptions.defaults())) {
            Random random = new Random(1);
            RowBatch batch = new RowBatch();
            for (long key = 0; key < rows; key++) {
                byte[] record = new byte[100];
                random.nextBytes(record);
                batch.put(Table.LOG, Keys.number(key), record);
            }
            store.write(batch);
            store.sync();
            store.flush();
        }
        Path table;
        try (Stream<Path> files = Files.list(folder)) {
            table = files.filter(file -> file.toString().endsWith(".sst"))
                    .max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(table);
        bytes[bytes.length / 2] ^= 1;
        Files.write(table, bytes);
        try (RocksStore store = RocksStore.open(folder, StoreOptions.defaults())) {
            int damaged = 0;
            for (long key = 0; key < rows; key++) {
                try {
                    assertThat(store.get(Table.LOG, Keys.number(key))).hasSize(100);
                } catch (DamagedRowException e) {
                    damaged++;
                    assertThat(e).hasMessageContaining(table.getFileName().toString());
                }
            }
            assertThat(damaged).isBetween(1, 100);
        }
    }

    @Test
    @DisplayName("a store that cannot be opened leaves no native object behind")
    void open_fails_leavesNothingOpen() throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("CURRENT"), "MANIFEST-000001\n");
        assertThatThrownBy(() -> RocksStore.open(folder, StoreOptions.defaults()))
                .isInstanceOf(StoreRefusedException.class);
        assertThat(NativeHandles.leaks()).isEmpty();
    }

    @Test
    @DisplayName("closing ends open cursors; whoever reads afterwards gets an exception, not a crashed process")
    void close_withOpenCursor_endsIt() {
        RocksStore store = RocksStore.open(folder, StoreOptions.defaults());
        put(store, 1);
        RowCursor cursor = store.cursor(Table.LOG, Keys.number(0), Keys.end());
        assertThat(cursor.next()).isTrue();
        store.close();
        store.close();
        assertThat(NativeHandles.leaks()).isEmpty();
        assertThatThrownBy(cursor::next).isInstanceOf(StoreException.class);
        assertThatThrownBy(cursor::key).isInstanceOf(StoreException.class);
        assertThatThrownBy(cursor::record).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> store.get(Table.LOG, Keys.number(1))).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> store.cursor(Table.LOG, Keys.number(1), Keys.end()))
                .isInstanceOf(StoreException.class);
        cursor.close();
    }

    @Test
    @DisplayName("closing while other threads read waits for them")
    void close_whileOthersRead_waitsForThem() {
        for (int round = 0; round < 10; round++) {
            RocksStore store = RocksStore.open(folder, StoreOptions.defaults());
            put(store, 1);
            AtomicBoolean reading = new AtomicBoolean();
            List<CompletableFuture<Void>> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                readers.add(CompletableFuture.runAsync(() -> readUntilClosed(store, reading)));
            }
            while (!reading.get()) {
                Thread.onSpinWait();
            }
            store.close();
            CompletableFuture.allOf(readers.toArray(CompletableFuture[]::new)).join();
        }
    }

    private static void readUntilClosed(RocksStore store, AtomicBoolean reading) {
        try {
            for (; ; ) {
                assertThat(store.get(Table.LOG, Keys.number(1))).isNotNull();
                try (RowCursor cursor = store.cursor(Table.LOG, Keys.number(0), Keys.end())) {
                    assertThat(cursor.next()).isTrue();
                    assertThat(cursor.record()).isNotNull();
                }
                reading.set(true);
            }
        } catch (StoreException e) {
            assertThat(e).hasMessageContaining("closed");
        }
    }

    @Test
    @DisplayName("each durability syncs the device when it promises to, and only then counts rows as durable")
    void sync_byDurability_countsDurableRows() {
        AtomicLong nanos = new AtomicLong();
        StoreOptions options = StoreOptions.defaults().withNanoClock(nanos::get);
        try (RocksStore store = RocksStore.open(folder, options)) {
            put(store, 1);
            assertThat(store.durableSequence()).isZero();
            store.sync();
            assertThat(store.durableSequence()).isEqualTo(1).isEqualTo(store.sequence());
        }
        try (RocksStore store =
                RocksStore.open(folder, options.withDurability(Durability.INTERVAL, Duration.ofMillis(200)))) {
            put(store, 2);
            store.sync();
            assertThat(store.durableSequence()).isEqualTo(1);
            nanos.addAndGet(Duration.ofMillis(200).toNanos());
            store.idle();
            assertThat(store.durableSequence()).isEqualTo(2);
            put(store, 3);
            store.idle();
            assertThat(store.durableSequence()).isEqualTo(2);
        }
        try (RocksStore store = RocksStore.open(folder, options.withDurability(Durability.OS, Duration.ZERO))) {
            long before = store.durableSequence();
            put(store, 4);
            nanos.addAndGet(Duration.ofHours(1).toNanos());
            store.sync();
            store.idle();
            assertThat(store.durableSequence()).isEqualTo(before);
            store.syncDevice();
            assertThat(store.durableSequence()).isEqualTo(store.sequence());
        }
    }

    @Test
    @DisplayName("who notes what is durable hears of a sync when it is over")
    void sync_listener_toldBehindIt() {
        try (RocksStore store = RocksStore.open(folder, StoreOptions.defaults())) {
            List<Long> durable = new ArrayList<>();
            store.onDeviceSync(sequence -> durable.addAll(List.of(sequence, store.durableSequence())));
            put(store, 1);
            store.sync();
            assertThat(durable).containsExactly(store.sequence(), store.sequence());
        }
    }

    @Test
    @DisplayName("reclaiming a deleted range gives its disk space back, small rows and large ones alike")
    void reclaim_deletedRange_shrinksFolder() throws IOException {
        Random random = new Random(1);
        try (RocksStore store = RocksStore.open(folder, StoreOptions.defaults())) {
            for (long id = 0; id < 3000; id++) {
                byte[] payload = new byte[id % 2 == 0 ? 1000 : 9000];
                random.nextBytes(payload);
                RowBatch batch = new RowBatch();
                batch.put(Table.MESSAGE, Keys.number(id), payload);
                store.write(batch);
                if (id % 1000 == 999) {
                    store.flush();
                }
            }
            long full = bytes();
            RowBatch batch = new RowBatch();
            batch.deleteRange(Table.MESSAGE, Keys.number(0), Keys.number(2900));
            store.write(batch);
            store.sync();
            store.reclaim(Table.MESSAGE, Keys.number(0), Keys.number(2900));
            store.compactReclaimed();
            assertThat(full).isGreaterThan(14_000_000);
            // What is left are the files that hold the live rows.
            awaitBytes(0, full * 2 / 5);
            assertThat(store.get(Table.MESSAGE, Keys.number(2899))).isNull();
            assertThat(store.get(Table.MESSAGE, Keys.number(2900))).hasSize(1000);
        }
    }

    @Test
    @DisplayName("what was written and deleted again while it was in memory is given back without a table file")
    void reclaim_onlyInMemory_writesNothing() throws IOException {
        try (RocksStore store = RocksStore.open(folder, StoreOptions.defaults())) {
            messages(store, 0, 1_000);
            deleteAndReclaim(store, 0, 1_000);
            store.compactReclaimed();
            assertThat(tableFiles()).isZero();
            store.flush();
            assertThat(store.get(Table.MESSAGE, Keys.number(500))).isNull();
        }
    }

    @Test
    @DisplayName("a few dead rows in a file with live ones wait until nobody is in need of the disk")
    void reclaim_fewRowsInFile_waitForRest() throws IOException {
        try (RocksStore store = RocksStore.open(folder, StoreOptions.defaults())) {
            messages(store, 0, 1_000);
            store.flush();
            messages(store, 1_000, 2_000);
            long before = bytes();
            deleteAndReclaim(store, 100, 400);
            deleteAndReclaim(store, 400, 900);
            assertThat(bytes()).as("table files after the deletion").isEqualTo(before);
            store.compactReclaimed();
            awaitBytes(1_200_000, 1_300_000);
            assertThat(store.get(Table.MESSAGE, Keys.number(99))).isNotNull();
            assertThat(store.get(Table.MESSAGE, Keys.number(100))).isNull();
            assertThat(store.get(Table.MESSAGE, Keys.number(900))).isNotNull();
        }
    }

    @Test
    @DisplayName("many dead rows do not wait, however much traffic there is")
    void reclaim_manyRowsInFiles_compactedAtOnce() throws IOException {
        try (RocksStore store = RocksStore.open(folder, StoreOptions.defaults())) {
            messages(store, 0, 45_000);
            store.flush();
            long full = bytes();
            deleteAndReclaim(store, 1_000, 20_000);
            deleteAndReclaim(store, 20_000, 44_000);
            awaitBytes(0, full / 2);
            assertThat(store.get(Table.MESSAGE, Keys.number(999))).isNotNull();
            assertThat(store.get(Table.MESSAGE, Keys.number(44_000))).isNotNull();
        }
    }

    @Test
    @DisplayName("many dead ranges do not wait, however small they are: their number is bounded")
    void reclaim_manyRanges_compactedAtOnce() throws IOException {
        long ranges = 256;
        long apart = 41;
        try (RocksStore store = RocksStore.open(folder, StoreOptions.defaults())) {
            messages(store, 0, ranges * apart);
            store.flush();
            long full = bytes();
            for (long from = 0; from < ranges * apart; from += apart) {
                deleteAndReclaim(store, from, from + apart - 1);
            }
            awaitBytes(0, full / 2);
            assertThat(store.get(Table.MESSAGE, Keys.number(apart - 1))).isNotNull();
        }
    }

    @Test
    @DisplayName("a range that was given back is forgotten: a row that comes there later stays")
    void compactReclaimed_rowComesLater_kept() {
        try (RocksStore store = RocksStore.open(folder, StoreOptions.defaults())) {
            messages(store, 0, 1_000);
            store.flush();
            deleteAndReclaim(store, 0, 900);
            store.compactReclaimed();
            messages(store, 500, 501);
            store.compactReclaimed();
            assertThat(store.get(Table.MESSAGE, Keys.number(500))).isNotNull();
        }
    }

    @Test
    @DisplayName("a file of dead rows that ends with the first live one stays")
    void reclaim_fileEndsWithLiveRow_kept() {
        try (RocksStore store = RocksStore.open(folder, StoreOptions.defaults())) {
            messages(store, 0, 1_000);
            store.compact(Table.MESSAGE); // Whole files are not deleted from the level that a flush writes.
            deleteAndReclaim(store, 0, 999);
            store.compactReclaimed();
            assertThat(store.get(Table.MESSAGE, Keys.number(999))).isNotNull();
            assertThat(store.get(Table.MESSAGE, Keys.number(998))).isNull();
        }
    }

    private static void messages(RocksStore store, long from, long to) {
        Random random = new Random(from);
        byte[] payload = new byte[1_000];
        for (long id = from; id < to; id++) {
            random.nextBytes(payload);
            RowBatch batch = new RowBatch();
            batch.put(Table.MESSAGE, Keys.number(id), payload);
            store.write(batch);
        }
    }

    private static void deleteAndReclaim(RocksStore store, long from, long to) {
        RowBatch batch = new RowBatch();
        batch.deleteRange(Table.MESSAGE, Keys.number(from), Keys.number(to));
        store.write(batch);
        store.sync();
        store.reclaim(Table.MESSAGE, Keys.number(from), Keys.number(to));
    }

    private long tableFiles() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".sst")).count();
        }
    }

    @Test
    @DisplayName("ranges that are empty or run backwards hold nothing")
    void read_emptyRange_findsNothing() {
        try (RocksStore store = RocksStore.open(folder, StoreOptions.defaults())) {
            put(store, 5);
            assertThat(store.lastKey(Table.LOG, Keys.number(5), Keys.number(5))).isNull();
            assertThat(store.lastKey(Table.LOG, Keys.number(9), Keys.number(3))).isNull();
            try (RowCursor cursor = store.cursor(Table.LOG, Keys.number(9), Keys.number(3))) {
                assertThat(cursor.next()).isFalse();
            }
            assertThat(store.lastKey(Table.LOG, Keys.number(0), Keys.number(6))).isEqualTo(Keys.number(5));
        }
    }

    @Test
    @DisplayName("every start uses the one unpacked library, and no copy is left in the temporary folder")
    void open_again_reusesUnpackedLibrary() throws IOException {
        RocksStore.open(folder, StoreOptions.defaults()).close();
        List<File> before = libraries();
        RocksStore.open(folder, StoreOptions.defaults()).close();
        assertThat(libraries()).isEqualTo(before).isNotEmpty();
    }

    /** By listing: a walk stumbles over folders of other tests that vanish meanwhile. */
    private static List<File> libraries() {
        File temporary = new File(System.getProperty("java.io.tmpdir"));
        return Stream.concat(Stream.of(temporary), listed(temporary))
                .flatMap(RocksStoreTest::listed)
                .filter(file -> file.getName().contains("rocksdbjni"))
                .sorted()
                .toList();
    }

    private static Stream<File> listed(File folder) {
        File[] files = folder.listFiles();
        return files == null ? Stream.empty() : Stream.of(files);
    }

    /** RocksDB removes the files that a compaction has made superfluous after it has reported the compaction's end. */
    private void awaitBytes(long least, long most) {
        await("bytes of table and blob files")
                .untilAsserted(() -> assertThat(bytes()).isBetween(least, most));
    }

    private long bytes() {
        return listed(folder.toFile())
                .filter(file -> file.getName().matches(".*\\.(sst|blob)"))
                .mapToLong(File::length)
                .sum();
    }

    private static void put(RowStore store, long key) {
        RowBatch batch = new RowBatch();
        batch.put(Table.LOG, Keys.number(key), new byte[] {1});
        store.write(batch);
    }

    /** A row's value as a batch writes it: the record and its checksum. */
    private static byte[] value(byte[] key, byte[] record) {
        RowBatch batch = new RowBatch();
        batch.put(Table.LOG, key, record);
        byte[] serialised = batch.serialised();
        int length = record.length + RowBatch.CRC_BYTES;
        byte[] value = new byte[length];
        System.arraycopy(serialised, serialised.length - length, value, 0, length);
        return value;
    }
}
