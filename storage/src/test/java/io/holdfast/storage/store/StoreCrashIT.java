// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a store after its process was killed, and after its log was damaged. */
class StoreCrashIT {
    @TempDir
    private Path folder;

    @AfterEach
    void noHandleStaysOpen() {
        assertThat(NativeHandles.leaks()).isEmpty();
    }

    @Test
    @DisplayName("T44 a killed process loses exactly what was not synced")
    void kill_withUnsyncedBatches_keepsTheSyncedOnes() throws IOException {
        Path data = folder.resolve("data");
        try (StoreChild child = StoreChild.start(data)) {
            child.order("write 10");
            child.order("sync");
            child.order("write 5");
        }
        assertThat(keys(data, StoreOptions.defaults())).isEqualTo(keysThrough(10));
    }

    @Test
    @DisplayName(
            "T44 a process killed at any moment keeps every batch whose sync had returned, in order, without a gap")
    void kill_atAnyMoment_keepsAcknowledgedPrefix() throws IOException {
        Path data = folder.resolve("data");
        long acknowledged = 0;
        for (int round = 1; round <= 3; round++) {
            try (StoreChild child = StoreChild.start(data)) {
                acknowledged = Math.max(acknowledged, Long.parseLong(child.order("run")));
                for (int i = 0; i < 150 * round; i++) {
                    acknowledged = Long.parseLong(child.answer());
                }
            }
            List<Long> kept = keys(data, StoreOptions.defaults());
            assertThat(kept).hasSizeGreaterThanOrEqualTo((int) acknowledged).isEqualTo(keysThrough(kept.size()));
        }
    }

    @Test
    @DisplayName("T41 one flipped bit in the middle of the log is found, and the folder is left as it was")
    void open_bitFlippedInLog_refusesAndChangesNothing() throws IOException {
        Path data = killedStore(2000);
        flip(log(data), 3);
        Map<String, Snapshots.Entry> before = Snapshots.of(data);

        assertThatThrownBy(() -> StoreFolder.open(data, StoreOptions.defaults()))
                .isInstanceOfSatisfying(StoreRefusedException.class, refused -> {
                    assertThat(refused.reason()).isEqualTo(Reason.LOG_DAMAGED);
                    assertThat(refused.getMessage())
                            .matches(".* ends [0-9]+ rows before what was on disk: rows/[0-9]+.log is damaged at byte "
                                    + "[0-9]+, with [0-9]+ whole batches behind that place; the folder is as it was.*");
                });
        assertThat(Snapshots.withoutLock(Snapshots.of(data))).isEqualTo(Snapshots.withoutLock(before));

        List<Long> kept = keys(data, StoreOptions.defaults().withLoss(StoreOptions.Loss.ACCEPT));
        assertThat(kept).hasSizeBetween(100, 1500).isEqualTo(keysThrough(kept.size()));
        // The loss is accepted once: from now on the store counts as whole.
        assertThat(keys(data, StoreOptions.defaults())).isEqualTo(kept);
    }

    @Test
    @DisplayName("T41 a log file that vanished is found")
    void open_logFileMissing_refuses() throws IOException {
        Path data = killedStore(500);
        Files.delete(log(data));
        assertThatThrownBy(() -> StoreFolder.open(data, StoreOptions.defaults()))
                .isInstanceOfSatisfying(
                        StoreRefusedException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.LOG_DAMAGED))
                .hasMessageContaining("a log file is missing");
    }

    @Test
    @DisplayName("T41 a torn end of the log, as a power cut may leave it, opens without alarm")
    void open_tornTailBehindWatermark_opens() throws IOException {
        Path data = killedStore(500);
        Path log = log(data);
        byte[] garbage = {1, 2, 3, 4, 100, 0, 1, 77, 77, 77};
        Files.write(log, garbage, StandardOpenOption.APPEND);
        assertThat(keys(data, StoreOptions.defaults())).isEqualTo(keysThrough(500));
    }

    @Test
    @DisplayName("rows that were flushed out of the log do not raise an alarm")
    void open_afterFlushAndKill_opens() throws IOException {
        Path data = folder.resolve("data");
        try (StoreChild child = StoreChild.start(data)) {
            child.order("write 300");
            child.order("sync");
            child.order("flush");
        }
        assertThat(keys(data, StoreOptions.defaults())).isEqualTo(keysThrough(300));
    }

    @Test
    @DisplayName("T42 a second broker is refused and told the pid of the first")
    void open_whileAnotherProcessRuns_namesItsPid() throws IOException {
        Path data = folder.resolve("data");
        try (StoreChild child = StoreChild.start(data)) {
            assertThatThrownBy(() -> StoreFolder.open(data, StoreOptions.defaults()))
                    .isInstanceOfSatisfying(
                            StoreRefusedException.class,
                            refused -> assertThat(refused.reason()).isEqualTo(Reason.LOCKED))
                    .hasMessageContaining("in use by another broker (pid " + child.pid() + ")");
            // The refused attempt has not taken the lock away from its holder.
            assertThatThrownBy(() -> StoreFolder.open(data, StoreOptions.defaults()))
                    .isInstanceOf(StoreRefusedException.class);
            assertThat(child.order("sync")).startsWith("ok");
        }
        assertThat(keys(data, StoreOptions.defaults())).isEmpty();
    }

    /** A store with so many synced rows, killed after the watermark has caught up with most of them. */
    private Path killedStore(int rows) throws IOException {
        Path data = folder.resolve("data");
        try (StoreChild child = StoreChild.start(data)) {
            for (int i = 0; i < rows; i += 10) {
                child.order("write 10");
                child.order("sync");
            }
            child.order("settle");
        }
        return data;
    }

    private static Path log(Path data) throws IOException {
        try (DirectoryStream<Path> logs = Files.newDirectoryStream(data.resolve("rows"), "[0-9]*.log")) {
            return logs.iterator().next();
        }
    }

    /** Flips one bit at a fraction of the file. */
    private static void flip(Path file, int fraction) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long at = channel.size() / fraction;
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, at);
            channel.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 0x10)}), at);
        }
    }

    static List<Long> keys(Path data, StoreOptions options) {
        List<Long> keys = new ArrayList<>();
        try (StoreFolder store = StoreFolder.open(data, options);
                RowCursor cursor = store.rows().cursor(Table.LOG, Keys.number(0), Keys.end())) {
            while (cursor.next()) {
                long key = Keys.number(cursor.key());
                assertThat(cursor.record()).isEqualTo(StoreChild.record(key));
                keys.add(key);
            }
        }
        return keys;
    }

    private static List<Long> keysThrough(long last) {
        List<Long> keys = new ArrayList<>();
        for (long key = 1; key <= last; key++) {
            keys.add(key);
        }
        return keys;
    }
}
