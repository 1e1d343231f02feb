// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreCheckpointTest {
    @TempDir
    Path temp;

    private final AtomicLong synced = new AtomicLong();

    private static void write(StoreFolder store, long number) {
        RowBatch batch = new RowBatch();
        batch.put(Table.TOPIC, Keys.number(number), new byte[40]);
        batch.put(Table.MESSAGE, Keys.number(number), new byte[number % 100 == 0 ? 10_000 : 100]);
        store.rows().write(batch);
        store.rows().sync();
    }

    private void writeUntil(StoreFolder store, AtomicBoolean over) {
        for (long number = 1; !over.get(); number++) {
            write(store, number);
            synced.set(number);
        }
    }

    @Test
    @DisplayName(
            "copies of a store at work hold a beginning of what was written, through what was synced when they began")
    void write_whileWritten_holdsWhatWasSynced() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        try (StoreFolder store = StoreFolder.open(temp.resolve("data"), StoreOptions.defaults())) {
            Thread writer = new Thread(() -> writeUntil(store, over), "writer");
            writer.start();
            for (int i = 0; i < 4; i++) {
                long wanted = synced.get() + 50;
                Awaitility.await().until(() -> synced.get() > wanted);
                long atLeast = synced.get();
                StoreCheckpoint.Written written = store.checkpoint(temp.resolve("copy" + i));
                assertThat(written.linked()).isTrue();
                requireWhole(temp.resolve("copy" + i), atLeast, written.sequence());
            }
            over.set(true);
            writer.join();
        }
    }

    /** Opening for writing is what judges the watermark. */
    private static void requireWhole(Path copy, long atLeast, long sequence) {
        try (StoreFolder opened = StoreFolder.open(copy, StoreOptions.defaults())) {
            assertThat(opened.opened().watermarkKnown()).isTrue();
            assertThat(opened.opened().watermark()).isEqualTo(sequence);
            assertThat(opened.opened().recoveredSequence()).isEqualTo(sequence);
            byte[] last = opened.rows().lastKey(Table.MESSAGE, Keys.number(0), Keys.end());
            assertThat(Keys.number(last)).isGreaterThanOrEqualTo(atLeast);
            for (long number = 1; number <= Keys.number(last); number++) {
                assertThat(opened.rows().get(Table.TOPIC, Keys.number(number)))
                        .as("row %d", number)
                        .isNotNull();
            }
        }
    }

    @Test
    @DisplayName("a copy to another file system stands for itself, and leaves nothing in the data folder")
    void write_otherFileSystem_sharesNothing() throws Exception {
        Path data = temp.resolve("data");
        try (StoreFolder store = StoreFolder.open(data, StoreOptions.defaults())) {
            for (long number = 1; number <= 300; number++) {
                write(store, number);
            }
            StoreCheckpoint.Written written = store.copyTo(temp.resolve("copy"));
            assertThat(written.linked()).isFalse();
            assertThat(data.resolve(StoreCheckpoint.STAGING_FOLDER)).doesNotExist();
            for (Path file : FolderTree.files(temp.resolve("copy"))) {
                assertThat(Files.getAttribute(file, "unix:nlink"))
                        .as("links of " + file)
                        .isEqualTo(1);
            }
            requireWhole(temp.resolve("copy"), 300, written.sequence());
        }
    }

    @Test
    @DisplayName("a place in use is refused and stays as it was; what a crash left half done goes at the next start")
    void write_refusedOrInterrupted_leavesNothing() throws IOException {
        Path data = temp.resolve("data");
        Path full = Files.createDirectories(temp.resolve("full"));
        Files.createFile(full.resolve("mine"));
        try (StoreFolder store = StoreFolder.open(data, StoreOptions.defaults())) {
            assertThatThrownBy(() -> store.checkpoint(full))
                    .isInstanceOf(StoreRefusedException.class)
                    .hasMessageContaining("not empty");
            assertThatThrownBy(() -> store.checkpoint(data.resolve("inside")))
                    .isInstanceOf(StoreRefusedException.class);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> store.copyTo(temp.resolve("copy"))).hasMessageContaining("interrupted");
            assertThat(Thread.interrupted()).isTrue();
            write(store, 1);
        }
        assertThat(FolderTree.files(full)).containsExactly(full.resolve("mine"));
        assertThat(temp.resolve("copy")).doesNotExist();

        Files.createDirectories(data.resolve(StoreCheckpoint.STAGING_FOLDER).resolve("deeper"));
        StoreFolder.open(data, StoreOptions.defaults()).close();
        assertThat(data.resolve(StoreCheckpoint.STAGING_FOLDER)).doesNotExist();
    }
}
