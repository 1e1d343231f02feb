// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotFileTest {
    private static final byte[] ID = "sixteen bytes id".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OTHER_ID = "sixteen other id".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void chooseFile() {
        file = folder.resolve("matcher.snapshot");
    }

    /** More than the buffer that it is written through. */
    private int write(int seed) throws IOException {
        return SnapshotFile.write(file, ID, out -> {
            out.putInt(seed);
            out.putLongs(new long[] {1, -1, Long.MAX_VALUE});
            out.putLong(7);
            out.putInts(new int[40_000]);
            out.putInts(new int[] {8, 9});
            out.putBytes(new byte[70_000]);
            out.putInt(10);
        });
    }

    @Test
    @DisplayName("what was written is read again")
    void read_written_same() throws IOException {
        ByteBuffer content = SnapshotFile.read(file, ID, write(5));
        assertThat(content).isNotNull();
        assertThat(content.getInt()).isEqualTo(5);
        assertThat(content.getLong()).isEqualTo(1);
        assertThat(content.getLong()).isEqualTo(-1);
        assertThat(content.getLong()).isEqualTo(Long.MAX_VALUE);
        assertThat(content.getLong()).isEqualTo(7);
        content.position(content.position() + 160_000);
        assertThat(content.getInt()).isEqualTo(8);
        assertThat(content.getInt()).isEqualTo(9);
        content.position(content.position() + 70_000);
        assertThat(content.getInt()).isEqualTo(10);
        assertThat(content.hasRemaining()).isFalse();
    }

    @Test
    @DisplayName("an older snapshot does not have the checksum that the store names")
    void read_older_ignored() throws IOException {
        int older = write(5);
        byte[] old = Files.readAllBytes(file);
        int newer = write(6);
        assertThat(newer).isNotEqualTo(older);
        Files.write(file, old);
        assertThat(SnapshotFile.read(file, ID, newer)).isNull();
    }

    @Test
    @DisplayName("a missing one, one of another store and one of another version are ignored")
    void read_missingOrForeign_ignored() throws IOException {
        assertThat(SnapshotFile.read(file, ID, 1)).isNull();
        int checksum = write(5);
        assertThat(SnapshotFile.read(file, OTHER_ID, checksum)).isNull();
        byte[] bytes = Files.readAllBytes(file);
        bytes[4]++;
        Files.write(file, bytes);
        assertThat(SnapshotFile.read(file, ID, checksum)).isNull();
    }

    @Test
    @DisplayName("one flipped bit anywhere, or a missing end, and it is ignored")
    void read_damaged_ignored() throws IOException {
        int checksum = write(5);
        byte[] bytes = Files.readAllBytes(file);
        for (int at : new int[] {0, 7, 8, 23, 24, 30, 70_000, bytes.length - 5, bytes.length - 1}) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= 0x10;
            Files.write(file, damaged);
            assertThat(SnapshotFile.read(file, ID, checksum)).as("byte %d", at).isNull();
        }
        for (int length : new int[] {0, 10, 27, 28, 70_000, bytes.length - 1}) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertThat(SnapshotFile.read(file, ID, checksum))
                    .as("%d bytes", length)
                    .isNull();
        }
        Files.write(file, bytes);
        assertThat(SnapshotFile.read(file, ID, checksum)).isNotNull();
    }
}
