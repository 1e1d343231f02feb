// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.testkit.Seeded;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

/** The scan reads RocksDB's log on its own; RocksDB itself is the judge of what can be recovered from it. */
class WalScanTest {
    @TempDir
    private Path temp;

    @Seeded(runs = 30)
    @DisplayName("T41 whatever is done to a log, the scan ends where RocksDB's recovery ends")
    void scan_damagedLog_agreesWithRocksDb(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Path folder = temp.resolve("rows");
        int batches = random.nextInt(5, 60);
        long rows = write(folder, random, batches);
        WalScan.Result whole = WalScan.scan(folder);
        assertThat(whole.batches()).isEqualTo(batches);
        assertThat(whole.sequence()).isEqualTo(rows);
        assertThat(whole.damagedFile()).isNull();
        assertThat(whole.intactBeyond()).isZero();

        Path log = log(folder);
        byte[] bytes = Files.readAllBytes(log);
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(4)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes = Arrays.copyOf(bytes, at);
            case 2 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 4096), (byte) 0);
            default -> {
                byte[] garbage = new byte[Math.min(bytes.length - at, random.nextInt(1, 5000))];
                random.nextBytes(garbage);
                System.arraycopy(garbage, 0, bytes, at, garbage.length);
            }
        }
        Files.write(log, bytes);

        WalScan.Result damaged = WalScan.scan(folder);
        assertThat(damaged.batches() + damaged.intactBeyond()).isLessThanOrEqualTo(batches);
        if (damaged.misleading()) {
            assertThatThrownBy(() -> StoreReader.openDatabase(folder, null)).isInstanceOf(StoreRefusedException.class);
            WalScan.cut(folder, damaged);
        }
        try (StoreReader reader = StoreReader.openDatabase(folder, null)) {
            assertThat(damaged.sequence()).isEqualTo(reader.sequence());
        }
    }

    @Seeded(runs = 5)
    @DisplayName("a record that claims to be of a recycled file does not keep RocksDB busy for ever")
    void scan_recordOfARecycledFile_isCutBeforeRocksDbMeetsIt(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        Path folder = temp.resolve("rows");
        write(folder, random, 60);
        Path log = log(folder);
        byte[] bytes = Files.readAllBytes(log);
        int block = random.nextInt(1, bytes.length / 32_768 + 1) * 32_768;
        bytes[Math.min(block, bytes.length - 8) + 6] = (byte) random.nextInt(5, 9);
        Files.write(log, bytes);

        WalScan.Result damaged = WalScan.scan(folder);
        assertThat(damaged.misleading()).isTrue();
        assertThatThrownBy(() -> StoreReader.openDatabase(folder, null))
                .isInstanceOf(StoreRefusedException.class)
                .hasMessageContaining("is damaged at byte " + damaged.damagedAt());

        WalScan.cut(folder, damaged);
        try (RocksStore store = RocksStore.open(folder, StoreOptions.defaults())) {
            assertThat(store.sequence()).isEqualTo(damaged.sequence());
        }
    }

    /** Batches of very different sizes, so that some share a block of the log and some span several. */
    private static long write(Path folder, SplittableRandom random, int batches) {
        try (RocksStore store = RocksStore.open(folder, StoreOptions.defaults())) {
            RowBatch batch = new RowBatch();
            long rows = 0;
            for (int i = 0; i < batches; i++) {
                batch.clear();
                for (int row = random.nextInt(1, 5); row > 0; row--) {
                    byte[] record = new byte[random.nextInt(8) == 0 ? random.nextInt(90_000) : random.nextInt(300)];
                    random.nextBytes(record);
                    batch.put(Table.MESSAGE, Keys.number(++rows), record);
                }
                store.write(batch);
            }
            store.sync();
            return rows;
        }
    }

    private static Path log(Path folder) throws IOException {
        List<Path> logs = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "[0-9]*.log")) {
            found.forEach(logs::add);
        }
        assertThat(logs).hasSize(1);
        return logs.get(0);
    }
}
