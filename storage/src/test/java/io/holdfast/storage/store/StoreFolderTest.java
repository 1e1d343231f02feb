// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.schema.FormatVersion;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.MetaRow;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

/** What a data folder must be, and the sentence for each way in which it is not. */
class StoreFolderTest {
    private static final StoreOptions OPTIONS = StoreOptions.defaults();

    @TempDir
    private Path folder;

    private Path data;

    @BeforeEach
    void chooseFolder() {
        data = folder.resolve("data");
    }

    @AfterEach
    void noHandleStaysOpen() {
        assertThat(NativeHandles.leaks()).isEmpty();
    }

    @Test
    @DisplayName("T42 a first start makes the folder for its owner alone, with an id that stays")
    void open_missingFolder_createsStore() throws IOException {
        byte[] id;
        try (StoreFolder store = StoreFolder.open(data, OPTIONS)) {
            assertThat(store.opened().created()).isTrue();
            assertThat(store.meta().getFormatVersion()).isEqualTo(FormatVersion.NEWEST.number());
            assertThat(store.meta().getPartitions()).isEqualTo(1);
            id = store.meta().getStoreId().toByteArray();
            assertThat(id).hasSize(16);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                .isEqualTo("rwx------");
        for (String file : new String[] {"holdfast-store", "lock", "watermark"}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(file))))
                    .as(file)
                    .isEqualTo("rw-------");
        }
        try (StoreFolder store = StoreFolder.open(data, OPTIONS)) {
            assertThat(store.opened().created()).isFalse();
            assertThat(store.opened().watermarkKnown()).isTrue();
            assertThat(store.meta().getStoreId().toByteArray()).isEqualTo(id);
        }
    }

    @Test
    @DisplayName("K34 T42 a folder that others may enter is closed to them")
    void open_folderOpenToOthers_closesIt() throws IOException {
        Files.createDirectory(data);
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        StoreFolder.open(data, OPTIONS).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                .isEqualTo("rwx------");
    }

    @Test
    @DisplayName("a first start that was interrupted after any of its steps is taken up again")
    void open_interruptedCreation_startsAnew() throws IOException {
        Files.createDirectory(data);
        Files.createFile(data.resolve("lock"));
        Files.createFile(data.resolve("holdfast-store.tmp"));
        StoreFolder.open(data, OPTIONS).close();

        Path second = Files.createDirectory(folder.resolve("second"));
        Files.copy(data.resolve("holdfast-store"), second.resolve("holdfast-store"));
        RocksStore.open(second.resolve("rows"), OPTIONS).close();
        try (StoreFolder store = StoreFolder.open(second, OPTIONS)) {
            assertThat(store.opened().created()).isTrue();
        }
    }

    @Test
    @DisplayName("T42 a file in the folder's place")
    void open_file_refuses() throws IOException {
        Files.writeString(data, "x");
        refused(data, Reason.NOT_A_FOLDER, "the data folder .* is not a folder; configure one that is");
        refused(data.resolve("below"), Reason.NOT_A_FOLDER, "cannot make the data folder .* is not a folder");
    }

    @Test
    @DisplayName("T42 a symbolic link in the folder's place")
    void open_symbolicLink_refuses() throws IOException {
        Path real = Files.createDirectory(folder.resolve("real"));
        Files.createSymbolicLink(data, real);
        refused(
                data,
                Reason.SYMBOLIC_LINK,
                "the data folder .* is a symbolic link; configure the folder it points to: " + real.toRealPath());
        assertThat(real).isEmptyDirectory();
    }

    @Test
    @DisplayName("T41 a folder of something else stays untouched")
    void open_foreignFolder_refuses() throws IOException {
        Files.createDirectory(data);
        Files.writeString(data.resolve("thesis.txt"), "x");
        Map<String, Snapshots.Entry> before = Snapshots.of(data);
        refused(
                data,
                Reason.FOREIGN,
                "the data folder .* is not empty and holds no file holdfast-store \\(found thesis.txt\\); configure an "
                        + "empty or missing folder");
        assertThat(Snapshots.of(data)).isEqualTo(before);
    }

    @Test
    @DisplayName("a store of an older format becomes the newest, so that no older broker misreads it, and keeps its id")
    void open_olderFormat_upgrades() throws IOException {
        byte[] id;
        try (StoreFolder store = StoreFolder.open(data, OPTIONS)) {
            id = store.meta().getStoreId().toByteArray();
            RowBatch older = new RowBatch();
            older.put(
                    Table.META,
                    MetaRow.STORE.key(),
                    store.meta().toBuilder().setFormatVersion(1).build().toByteArray());
            store.rows().write(older);
        }
        Path marker = data.resolve("holdfast-store");
        Files.writeString(marker, Files.readString(marker).replace("format=2", "format=1"));
        for (int start = 0; start < 2; start++) {
            try (StoreFolder store = StoreFolder.open(data, OPTIONS)) {
                assertThat(store.meta().getFormatVersion()).isEqualTo(2);
                assertThat(store.meta().getStoreId().toByteArray()).isEqualTo(id);
            }
            assertThat(marker).content().contains("format=2\n");
        }
    }

    @Test
    @DisplayName("T41 a store of a newer format stays untouched")
    void open_newerFormat_refuses() throws IOException {
        StoreFolder.open(data, OPTIONS).close();
        Path marker = data.resolve("holdfast-store");
        Files.writeString(marker, Files.readString(marker).replace("format=2", "format=3"));
        Map<String, Snapshots.Entry> before = Snapshots.withoutLock(Snapshots.of(data));
        refused(
                data,
                Reason.NEWER_FORMAT,
                "the store in .* has format 3, this broker reads up to format 2; start the newer broker that made it");
        assertThat(Snapshots.withoutLock(Snapshots.of(data))).isEqualTo(before);
        assertThatThrownBy(() -> StoreReader.open(data, null)).isInstanceOf(StoreRefusedException.class);
    }

    @Test
    @DisplayName("T41 a damaged marker")
    void open_damagedMarker_refuses() throws IOException {
        StoreFolder.open(data, OPTIONS).close();
        Files.write(data.resolve("holdfast-store"), new byte[] {0, (byte) 0xff, 3});
        refused(data, Reason.WRONG_META, ".*holdfast-store is damaged or was not made by Holdfast; restore it.*");
    }

    @Test
    @DisplayName("T42 a second broker in the same process, which does not take the lock from the first")
    void open_twice_refusesTheSecond() {
        long pid = ProcessHandle.current().pid();
        try (StoreFolder first = StoreFolder.open(data, OPTIONS)) {
            refused(
                    data,
                    Reason.LOCKED,
                    "the data folder .* is in use by this process \\(pid " + pid + "\\); stop it.*");
            assertThat(first.rows().sequence()).isPositive();
        }
        StoreFolder.open(data, OPTIONS).close();
    }

    @Test
    @DisplayName("T41 a database that cannot be opened names its file and opens nothing")
    void open_manifestDamaged_refuses() throws IOException {
        StoreFolder.open(data, OPTIONS).close();
        Path manifest = first(data.resolve("rows"), "MANIFEST-*");
        byte[] content = Files.readAllBytes(manifest);
        content[content.length / 2] ^= 1;
        Files.write(manifest, content);
        refused(data, Reason.DAMAGED, ".*" + manifest.getFileName() + " is damaged at byte .*");
        assertThat(NativeHandles.leaks()).isEmpty();
    }

    @Test
    @DisplayName("T41 CURRENT missing: RocksDB would make a new database over the old files")
    void open_currentMissing_refuses() throws IOException {
        StoreFolder.open(data, OPTIONS).close();
        Files.delete(data.resolve("rows/CURRENT"));
        refused(data, Reason.DAMAGED, "the store in .* has lost its rows: .*CURRENT is missing; restore.*");
        Files.delete(data.resolve("watermark"));
        refused(data, Reason.DAMAGED, "the store in .* has lost its rows: .*CURRENT is missing; restore.*");
    }

    @Test
    @DisplayName("T41 rows of another store under this store's marker")
    void open_mixedFiles_refuses() throws IOException {
        Path other = folder.resolve("other");
        StoreFolder.open(data, OPTIONS).close();
        StoreFolder.open(other, OPTIONS).close();
        Files.copy(
                other.resolve("holdfast-store"), data.resolve("holdfast-store"), StandardCopyOption.REPLACE_EXISTING);
        refused(data, Reason.WRONG_META, "the file watermark in .* belongs to another store; .*");
        Files.delete(data.resolve("watermark"));
        refused(data, Reason.WRONG_META, "the store in .* holds rows of another store than the file holdfast-store.*");
    }

    @Test
    @DisplayName("T41 a store whose meta row is missing")
    void open_metaRowMissing_refuses() {
        try (StoreFolder store = StoreFolder.open(data, OPTIONS)) {
            RowBatch batch = new RowBatch();
            batch.delete(Table.META, MetaRow.STORE.key());
            batch.put(Table.LOG, Keys.number(1), new byte[3]);
            store.rows().write(batch);
        }
        refused(data, Reason.WRONG_META, "the store in .* has rows but no meta row; .*");
    }

    @Test
    @DisplayName("a missing or unreadable watermark is no reason to refuse, and is told")
    void open_watermarkUnreadable_opensAndTells() throws IOException {
        StoreFolder.open(data, OPTIONS).close();
        Files.write(data.resolve("watermark"), "nonsense".getBytes(StandardCharsets.US_ASCII));
        try (StoreFolder store = StoreFolder.open(data, OPTIONS)) {
            assertThat(store.opened().watermarkKnown()).isFalse();
        }
        try (StoreFolder store = StoreFolder.open(data, OPTIONS)) {
            assertThat(store.opened().watermarkKnown()).isTrue();
            assertThat(store.opened().watermark())
                    .isEqualTo(store.opened().recoveredSequence())
                    .isPositive();
        }
    }

    @Test
    @DisplayName("a freshly made database has exactly the declared column families, under the declared numbers")
    void open_newStore_agreesWithDeclaration() throws Exception {
        StoreFolder.open(data, OPTIONS).close();
        try (Options options = new Options()) {
            assertThat(RocksDB.listColumnFamilies(options, data.resolve("rows").toString()))
                    .containsExactly(Arrays.stream(Table.values())
                            .map(Table::familyNameBytes)
                            .toArray(byte[][]::new));
        }
    }

    @Test
    @DisplayName("closing leaves no long log for the next start to replay, and every row")
    void close_muchInTheLog_nextOpenReplaysNothing() {
        byte[] row = new byte[100_000];
        try (StoreFolder store = StoreFolder.open(data, OPTIONS)) {
            for (long number = 1; number <= 400; number++) {
                RowBatch batch = new RowBatch();
                batch.put(Table.RETAINED, Keys.number(number), row);
                store.rows().write(batch);
            }
            assertThat(store.rows().unflushedBytes()).isGreaterThan(40_000_000);
        }
        try (StoreFolder store = StoreFolder.open(data, OPTIONS)) {
            assertThat(store.opened().walBytes()).isLessThan(1_000_000);
            assertThat(store.opened().watermarkKnown()).isTrue();
            assertThat(store.opened().recoveredSequence())
                    .isEqualTo(store.opened().watermark());
            for (long number = 1; number <= 400; number++) {
                assertThat(store.rows().get(Table.RETAINED, Keys.number(number)))
                        .isEqualTo(row);
            }
        }
    }

    private static void refused(Path folder, Reason reason, String sentence) {
        assertThatThrownBy(() -> StoreFolder.open(folder, OPTIONS).close())
                .isInstanceOfSatisfying(StoreRefusedException.class, refused -> {
                    assertThat(refused.reason()).isEqualTo(reason);
                    assertThat(refused.reason().exitCode()).isBetween(4, 7);
                })
                .satisfies(refused -> assertThat(refused.getMessage())
                        .matches("(?s)" + sentence)
                        .doesNotContain("\n"));
    }

    private static Path first(Path folder, String glob) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
            return files.iterator().next();
        }
    }
}
