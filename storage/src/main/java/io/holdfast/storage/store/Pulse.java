// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * When the broker lived last. A crash leaves connections behind, and nobody can say when they ended but by the last sign of
 * life of the broker itself; the log has one only where something was written, and a sync each second for its sake would
 * wear out a quiet disk. So the time goes into a file of its own, which is never synced.
 *
 * <p>A killed process loses nothing of it, as the operating system has it. A power cut may, and that shows: the file names
 * the boot of the system that it was written under, and counts only while that lasts.
 *
 * <pre>
 *   magic 4, version 2, zero 2, store id 16, boot id 16, milliseconds since 1970 8, CRC32C over these 4    (little-endian)
 * </pre>
 *
 * <p>Owned by one thread at a time.
 */
final class Pulse implements AutoCloseable {
    /** What a file says that says nothing. */
    static final long UNKNOWN = 0;

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final UUID NO_BOOT_ID = new UUID(0, 0);
    private static final int MAGIC = 0x50574648;
    private static final short VERSION = 1;
    private static final int BODY_BYTES = 4 + 2 + 2 + Watermark.STORE_ID_BYTES + 16 + 8;

    private final Path file;
    private final FileChannel channel;
    private final byte[] storeId;
    private final UUID boot;

    private Pulse(Path file, FileChannel channel, byte[] storeId, UUID boot) {
        this.file = file;
        this.channel = channel;
        this.storeId = storeId;
        this.boot = boot;
    }

    static Pulse open(Path file, byte[] storeId) throws IOException {
        return open(file, storeId, BOOT_ID);
    }

    static Pulse open(Path file, byte[] storeId, Path bootId) throws IOException {
        return new Pulse(file, OwnFiles.open(file), storeId.clone(), boot(bootId));
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
        if (!Files.exists(file) || now.equals(NO_BOOT_ID)) {
            return UNKNOWN;
        }
        byte[] content = new byte[BODY_BYTES + 4];
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            int length;
            do {
                length = channel.read(bytes, bytes.position());
            } while (length > 0 && bytes.hasRemaining());
        }
        boolean whole = !bytes.hasRemaining()
                && bytes.getInt(0) == MAGIC
                && bytes.getShort(4) == VERSION
                && bytes.getInt(BODY_BYTES) == checksum(content);
        boolean ours = whole
                && bytes.slice(8, Watermark.STORE_ID_BYTES).equals(ByteBuffer.wrap(storeId))
                && now.equals(new UUID(bytes.getLong(24), bytes.getLong(32)));
        return ours ? bytes.getLong(40) : UNKNOWN;
    }

    /**
     * Notes that the broker lives.
     *
     * @throws StoreException when the file cannot be written: what it says would be believed after a crash
     */
    void beat(long millis) {
        byte[] content = new byte[BODY_BYTES + 4];
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(MAGIC).putShort(VERSION).putShort((short) 0).put(storeId);
        bytes.putLong(boot.getMostSignificantBits())
                .putLong(boot.getLeastSignificantBits())
                .putLong(millis);
        bytes.putInt(checksum(content)).flip();
        try {
            OwnFiles.writeFully(channel, bytes, 0);
        } catch (IOException e) {
            throw new StoreException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static int checksum(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content, 0, BODY_BYTES);
        return (int) crc.getValue();
    }
}
