// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damages of the list of table files that RocksDB takes for its end. */
class ManifestScanTest {
    private static final int TYPE = 6;
    private static final int RECYCLED_BIT = 4;

    @TempDir
    Path data;

    private Path manifest;

    /** Rows 1 to 3 in table files, each with its own entries in the list, row 4 in the log. */
    @BeforeEach
    void fill() throws IOException {
        try (StoreFolder store = StoreFolder.open(data, StoreOptions.defaults())) {
            for (int row = 1; row <= 4; row++) {
                RowBatch batch = new RowBatch();
                batch.put(Table.TOPIC, Keys.text(new byte[] {(byte) row}), new byte[0]);
                store.rows().write(batch);
                store.rows().sync();
                if (row < 4) {
                    store.rows().flush();
                }
            }
        }
        try (DirectoryStream<Path> found = Files.newDirectoryStream(data.resolve("rows"), "MANIFEST-*")) {
            manifest = found.iterator().next();
        }
        Files.delete(data.resolve(StoreFolder.FILE_LIST_FILE)); // It would be noticed before, by its length.
    }

    private List<Long> places() throws IOException {
        List<Long> places = new ArrayList<>();
        LogRecords.read(manifest, new LogRecords.Visitor() {
            @Override
            public void part(long place, int type, ByteBuffer payload) {
                places.add(place);
            }

            @Override
            public void damaged(long place, boolean recycled) {
                throw new AssertionError("damaged at " + place);
            }
        });
        return places;
    }

    private void looksRecycled(long place) throws IOException {
        byte[] content = Files.readAllBytes(manifest);
        content[Math.toIntExact(place) + TYPE] ^= RECYCLED_BIT;
        Files.write(manifest, content);
    }

    private void requireRefused(String says) {
        for (int i = 0; i < 2; i++) { // Nothing is changed by it.
            assertThatThrownBy(() ->
                            StoreFolder.open(data, StoreOptions.defaults()).close())
                    .isInstanceOfSatisfying(
                            StoreRefusedException.class,
                            refused -> assertThat(refused.reason()).isEqualTo(Reason.DAMAGED))
                    .hasMessageContaining(says);
        }
        assertThatThrownBy(() -> StoreReader.open(data, null).close())
                .isInstanceOf(StoreRefusedException.class)
                .hasMessageContaining(says);
    }

    @Test
    @DisplayName("a sound list is opened, rows in table files and in the log are there")
    void open_sound_everythingThere() {
        try (StoreReader store = StoreReader.open(data, null)) {
            for (int row = 1; row <= 4; row++) {
                assertThat(store.get(Table.TOPIC, Keys.text(new byte[] {(byte) row})))
                        .isNotNull();
            }
        }
    }

    @Test
    @DisplayName("T41 a last entry that looks like one of a recycled file, which RocksDB would read for ever")
    void open_lastEntryLost_refused() throws IOException {
        List<Long> places = places();
        looksRecycled(places.get(places.size() - 1));
        requireRefused("is damaged at byte");
    }

    @Test
    @DisplayName("T41 a damage with whole entries behind it is no torn tail")
    void open_damagedInside_refused() throws IOException {
        looksRecycled(places().get(1));
        requireRefused("is damaged at byte");
    }

    @Test
    @DisplayName("T41 a list that is cut where an entry ends: rows are missing between list and log")
    void open_cutShort_refused() throws IOException {
        List<Long> places = places();
        byte[] content = Files.readAllBytes(manifest);
        int end = Math.toIntExact(places.get(places.size() / 2));
        Files.write(manifest, Arrays.copyOf(content, end));
        requireRefused("the last entries of the list are missing");
    }

    @Test
    @DisplayName("an entry torn by a power cut, before anything relied on it, is no damage")
    void open_tornTail_opened() throws IOException {
        byte[] content = Files.readAllBytes(manifest);
        byte[] torn = Arrays.copyOf(content, content.length + 5);
        torn[content.length] = 1;
        Files.write(manifest, torn);
        StoreFolder.open(data, StoreOptions.defaults()).close();
    }
}
