// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.store.Watermark.Reading;
import io.holdfast.storage.store.Watermark.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatermarkTest {
    private static final byte[] ID = "sixteen bytes id".getBytes(StandardCharsets.US_ASCII);
    private static final Duration INTERVAL = Duration.ofMillis(100);

    @TempDir
    private Path folder;

    private final AtomicLong nanos = new AtomicLong();
    private Path file;

    @BeforeEach
    void chooseFile() {
        file = folder.resolve("watermark");
    }

    @Test
    @DisplayName("notes are written at most once per interval, the last one when the burst is over")
    void note_withinInterval_isWrittenLater() throws IOException {
        try (Watermark watermark = start(5)) {
            watermark.note(6);
            assertThat(read()).isEqualTo(new Reading(State.READ, 5));
            pass(100);
            watermark.note(8);
            assertThat(read()).isEqualTo(new Reading(State.READ, 8));
            watermark.note(9);
            watermark.catchUp();
            assertThat(read()).isEqualTo(new Reading(State.READ, 8));
            pass(100);
            watermark.catchUp();
            assertThat(read()).isEqualTo(new Reading(State.READ, 9));
            watermark.note(12);
            watermark.settle();
            assertThat(read()).isEqualTo(new Reading(State.READ, 12));
        }
    }

    @Test
    @DisplayName("a torn write leaves the note before it, whichever slot was being written")
    void read_oneSlotTorn_givesTheOther() throws IOException {
        try (Watermark watermark = start(5)) {
            for (long sequence = 6; sequence < 10; sequence++) {
                pass(100);
                watermark.note(sequence);
                for (int slot = 0; slot < 2; slot++) {
                    byte[] whole = Files.readAllBytes(file);
                    byte[] torn = whole.clone();
                    Arrays.fill(torn, slot * Watermark.SLOT_BYTES + 26, slot * Watermark.SLOT_BYTES + 32, (byte) 0x55);
                    Files.write(file, torn);
                    assertThat(read().state()).isEqualTo(State.READ);
                    assertThat(read().sequence()).isBetween(sequence - 1, sequence);
                    Files.write(file, whole);
                }
            }
        }
    }

    @Test
    @DisplayName("a start takes back what an older slot says, as after an accepted loss")
    void start_lowerThanBefore_sinks() throws IOException {
        try (Watermark watermark = start(500)) {
            watermark.note(501);
            watermark.settle(); // One slot each.
        }
        try (Watermark watermark = start(20)) {
            watermark.settle();
        }
        assertThat(read()).isEqualTo(new Reading(State.READ, 20));
    }

    @Test
    void read_missingOrForeign_saysSo() throws IOException {
        assertThat(read()).isEqualTo(new Reading(State.MISSING, 0));
        Files.write(file, new byte[3]);
        assertThat(read()).isEqualTo(new Reading(State.UNREADABLE, 0));
        Files.write(file, new byte[2 * Watermark.SLOT_BYTES]);
        assertThat(read()).isEqualTo(new Reading(State.UNREADABLE, 0));
        start(7).close();
        assertThat(Watermark.read(file, new byte[16]).state()).isEqualTo(State.OTHER_STORE);
    }

    @Test
    @DisplayName("a watermark never sinks while the broker runs")
    void note_lower_throws() throws IOException {
        try (Watermark watermark = start(5)) {
            assertThatThrownBy(() -> watermark.note(4)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void note_fileGone_fails() throws IOException {
        Watermark watermark = start(5);
        watermark.close();
        pass(100);
        assertThatThrownBy(() -> watermark.note(6)).isInstanceOf(StoreException.class);
    }

    private Watermark start(long sequence) throws IOException {
        return Watermark.start(file, ID, sequence, INTERVAL, nanos::get);
    }

    private Reading read() throws IOException {
        return Watermark.read(file, ID);
    }

    private void pass(long millis) {
        nanos.addAndGet(Duration.ofMillis(millis).toNanos());
    }
}
