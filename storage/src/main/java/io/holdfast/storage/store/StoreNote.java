// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A few numbers in a file of their own, written over in place and never synced. A note that is torn, or of another store or
 * kind, reads like none.
 *
 * <pre>
 *   magic 4, version 2, zero 2, store id 16, numbers 8 each, CRC32C over these 4    (little-endian)
 * </pre>
 *
 * <p>Owned by one thread at a time.
 */
final class StoreNote implements AutoCloseable {
    private static final short VERSION = 1;
    private static final int HEAD_BYTES = 4 + 2 + 2 + Watermark.STORE_ID_BYTES;
    private static final int CRC_BYTES = 4;

    private final Path file;
    private final FileChannel channel;
    private final int magic;
    private final byte[] storeId;

    private StoreNote(Path file, FileChannel channel, int magic, byte[] storeId) {
        this.file = file;
        this.channel = channel;
        this.magic = magic;
        this.storeId = storeId;
    }

    /** @param magic of the kind of note */
    static StoreNote open(Path file, int magic, byte[] storeId) throws IOException {
        return new StoreNote(file, OwnFiles.open(file), magic, storeId.clone());
    }

    /** So many numbers, as they were written last; null when the file does not hold them whole. */
    static long @Nullable [] read(Path file, int magic, byte[] storeId, int count) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        byte[] content = Files.readAllBytes(file);
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        int body = HEAD_BYTES + count * Long.BYTES;
        boolean whole = content.length == body + CRC_BYTES
                && bytes.getInt(0) == magic
                && bytes.getShort(4) == VERSION
                && bytes.getInt(body) == checksum(content, body)
                && bytes.slice(8, Watermark.STORE_ID_BYTES).equals(ByteBuffer.wrap(storeId));
        if (!whole) {
            return null;
        }
        long[] numbers = new long[count];
        bytes.position(HEAD_BYTES).asLongBuffer().get(numbers);
        return numbers;
    }

    /**
     * Writes these numbers in place of the ones before.
     *
     * @throws StoreException when the file cannot be written: what it says would be believed
     */
    void write(long... numbers) {
        int body = HEAD_BYTES + numbers.length * Long.BYTES;
        byte[] content = new byte[body + CRC_BYTES];
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(magic).putShort(VERSION).putShort((short) 0).put(storeId);
        for (long number : numbers) {
            bytes.putLong(number);
        }
        bytes.putInt(checksum(content, body)).flip();
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

    private static int checksum(byte[] content, int bytes) {
        CRC32C crc = new CRC32C();
        crc.update(content, 0, bytes);
        return (int) crc.getValue();
    }
}
