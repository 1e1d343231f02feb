// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * When the broker lived last. A crash leaves connections behind, and nobody can say when they ended but by the last sign of
 * life of the broker itself; the log has one only where something was written, and a sync each second for its sake would
 * wear out a quiet disk. So the time goes into a file of its own, which is never synced.
 *
 * <p>A killed process loses nothing of it, as the operating system has it. A power cut may, and that shows: the file names
 * the boot of the system that it was written under, and counts only while that lasts.
 *
 * <p>The numbers of its {@link StoreNote}: boot id, in two halves; milliseconds since 1970.
 *
 * <p>Owned by one thread at a time.
 */
final class Pulse implements AutoCloseable {
    /** What a file says that says nothing. */
    static final long UNKNOWN = 0;

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final UUID NO_BOOT_ID = new UUID(0, 0);
    private static final int MAGIC = 0x50574648;
    private static final int NUMBERS = 3;

    private final StoreNote note;
    private final UUID boot;

    private Pulse(StoreNote note, UUID boot) {
        this.note = note;
        this.boot = boot;
    }

    static Pulse open(Path file, byte[] storeId) throws IOException {
        return open(file, storeId, BOOT_ID);
    }

    static Pulse open(Path file, byte[] storeId, Path bootId) throws IOException {
        return new Pulse(StoreNote.open(file, MAGIC, storeId), boot(bootId));
    }

    /** The boot of this system, or {@link #NO_BOOT_ID} where the system does not tell. */
    private static UUID boot(Path bootId) {
        try {
            return UUID.fromString(
                    Files.readString(bootId, StandardCharsets.US_ASCII).strip());
        } catch (IOException | IllegalArgumentException e) {
            return NO_BOOT_ID;
        }
    }

    /** The last time noted, {@link #UNKNOWN} if there is none or if some of it may be lost. */
    static long read(Path file, byte[] storeId) throws IOException {
        return read(file, storeId, BOOT_ID);
    }

    static long read(Path file, byte[] storeId, Path bootId) throws IOException {
        UUID now = boot(bootId);
        long[] noted = now.equals(NO_BOOT_ID) ? null : StoreNote.read(file, MAGIC, storeId, NUMBERS);
        return noted != null && now.equals(new UUID(noted[0], noted[1])) ? noted[2] : UNKNOWN;
    }

    /**
     * Notes that the broker lives.
     *
     * @throws StoreException when the file cannot be written: what it says would be believed after a crash
     */
    void beat(long millis) {
        note.write(boot.getMostSignificantBits(), boot.getLeastSignificantBits(), millis);
    }

    @Override
    public void close() throws IOException {
        note.close();
    }
}
