// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading beside a broker and after it, without leaving a trace. */
class StoreReaderIT {
    @TempDir
    private Path folder;

    @AfterEach
    void noHandleStaysOpen() {
        assertThat(NativeHandles.leaks()).isEmpty();
    }

    @Test
    @DisplayName("a reader beside a running broker sees every synced row and writes nothing")
    void read_whileBrokerRuns_seesSyncedRowsAndWritesNothing() throws IOException {
        Path data = folder.resolve("data");
        try (StoreChild child = StoreChild.start(data)) {
            child.order("write 40");
            child.order("sync");
            child.order("flush");
            child.order("write 30");
            child.order("sync");
            child.order("write 7");
            awaitOneLog(data);
            Map<String, Snapshots.Entry> before = Snapshots.of(data);
            assertThat(rowCount(data)).isEqualTo(70);
            assertThat(Snapshots.of(data)).isEqualTo(before);

            assertThat(child.order("sync")).isEqualTo("ok 77");
            assertThat(rowCount(data)).isEqualTo(77);
            child.kill();
            before = Snapshots.of(data);
            assertThat(rowCount(data)).isEqualTo(77);
            assertThat(Snapshots.of(data)).isEqualTo(before);
        }
    }

    /** RocksDB may remove the log that a flush has made superfluous after it has reported the flush. */
    private static void awaitOneLog(Path data) {
        await().until(() -> {
            try (Stream<Path> files = Files.list(data.resolve("rows"))) {
                return files.filter(file -> file.toString().endsWith(".log")).count() == 1;
            }
        });
    }

    @Test
    @DisplayName("a reader opens again and again while a broker writes and flushes at full speed")
    void read_whileBrokerWritesAndFlushes_neverFails() throws IOException {
        Path data = folder.resolve("data");
        try (StoreChild child = StoreChild.start(data)) {
            long last = 0;
            for (int round = 0; round < 15; round++) {
                child.order("write 20");
                child.order("sync");
                if (round % 2 == 1) {
                    child.order("flush");
                }
                long count = rowCount(data);
                assertThat(count).isGreaterThan(last);
                last = count;
            }
        }
    }

    @Test
    @DisplayName("a reader works in a folder that may not be written to")
    void read_folderWithoutWriteRight_works() throws IOException {
        Path data = folder.resolve("data");
        try (StoreChild child = StoreChild.start(data)) {
            child.order("write 25");
            child.order("sync");
        }
        setRights(data, "r-x------", "r--------");
        try {
            assertThat(rowCount(data)).isEqualTo(25);
        } finally {
            setRights(data, "rwx------", "rw-------");
        }
    }

    @Test
    @DisplayName("a folder without a store is refused, and nothing is made in it")
    void open_noStore_refuses() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> StoreReader.open(empty, null))
                .isInstanceOfSatisfying(
                        StoreRefusedException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.FOREIGN));
        assertThatThrownBy(() -> StoreReader.open(folder.resolve("missing"), null))
                .isInstanceOfSatisfying(
                        StoreRefusedException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.NOT_A_FOLDER));
        assertThat(empty).isEmptyDirectory();
    }

    private static void setRights(Path data, String folders, String files) throws IOException {
        List<Path> paths = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(data)) {
            walk.forEach(paths::add);
        }
        for (Path path : paths) {
            String rights = Files.isDirectory(path) ? folders : files;
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(rights));
        }
    }

    private static long rowCount(Path data) {
        long count = 0;
        try (StoreReader reader = StoreReader.open(data, null);
                RowCursor cursor = reader.cursor(Table.LOG, Keys.number(0), Keys.end())) {
            while (cursor.next()) {
                count++;
                assertThat(Keys.number(cursor.key())).isEqualTo(count);
                assertThat(cursor.record()).isEqualTo(StoreChild.record(count));
            }
            byte[] last = reader.lastKey(Table.LOG, Keys.number(0), Keys.end());
            assertThat(last).isEqualTo(Keys.number(count));
            assertThat(reader.get(Table.LOG, Keys.number(count))).isEqualTo(StoreChild.record(count));
        }
        return count;
    }
}
