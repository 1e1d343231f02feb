// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PulseTest {
    private static final byte[] STORE = new byte[Watermark.STORE_ID_BYTES];

    @TempDir
    private Path folder;

    private Path file;
    private Path bootId;

    @BeforeEach
    void boot() throws IOException {
        file = folder.resolve("pulse");
        bootId = folder.resolve("boot_id");
        Files.writeString(bootId, UUID.randomUUID() + "\n");
    }

    private void beat(long... times) throws IOException {
        try (Pulse pulse = Pulse.open(file, STORE, bootId)) {
            for (long millis : times) {
                pulse.beat(millis);
            }
        }
    }

    private long read() throws IOException {
        return Pulse.read(file, STORE, bootId);
    }

    @Test
    @DisplayName("the last beat is read, by the next process too")
    void read_afterBeats_lastOne() throws IOException {
        assertThat(read()).isEqualTo(Pulse.UNKNOWN);
        beat(1_000, 2_000, 3_000);
        assertThat(read()).isEqualTo(3_000);
        beat(4_000);
        assertThat(read()).isEqualTo(4_000);
        assertThat(Files.size(file)).isEqualTo(52);
    }

    @Test
    @DisplayName("a beat of another boot is not believed: what followed it may be lost")
    void read_otherBoot_unknown() throws IOException {
        beat(1_000);
        Files.writeString(bootId, UUID.randomUUID().toString());
        assertThat(read()).isEqualTo(Pulse.UNKNOWN);
        Files.delete(bootId);
        assertThat(read()).as("a system that does not tell").isEqualTo(Pulse.UNKNOWN);
        beat(2_000);
        assertThat(read()).isEqualTo(Pulse.UNKNOWN);
    }

    @Test
    @DisplayName("a file that is damaged, cut short or of another store says nothing")
    void read_notWhole_unknown() throws IOException {
        beat(1_000);
        byte[] sound = Files.readAllBytes(file);
        for (int at = 0; at < sound.length; at++) {
            byte[] damaged = sound.clone();
            damaged[at] ^= 4;
            Files.write(file, damaged);
            assertThat(read()).as("byte %d", at).isEqualTo(Pulse.UNKNOWN);
        }
        Files.write(file, java.util.Arrays.copyOf(sound, sound.length - 1));
        assertThat(read()).isEqualTo(Pulse.UNKNOWN);
        Files.write(file, sound);
        assertThat(read()).isEqualTo(1_000);
        byte[] other = STORE.clone();
        other[0] = 1;
        assertThat(Pulse.read(file, other, bootId)).isEqualTo(Pulse.UNKNOWN);
    }
}
