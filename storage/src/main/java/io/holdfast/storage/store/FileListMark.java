// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * How long the list of table files (RocksDB's MANIFEST) was for certain. A list that has lost its end reads like one that is
 * older: RocksDB would open what that names, delete the other table files, and put the newer log on top. So its length is
 * noted outside of it, once RocksDB has synced it and before rows leave the log for its sake.
 *
 * <p>As with the {@link Watermark} there is no false alarm: what is noted was synced, so whatever of this file reaches the
 * disk is at or below what the list has. It may lag, by the entries of the last second.
 *
 * <pre>
 *   magic 4, version 2, zero 2, store id 16, number of the list 8, bytes 8, CRC32C over these 4    (little-endian)
 * </pre>
 *
 * <p>Owned by one thread at a time.
 */
final class FileListMark implements AutoCloseable {
    private static final int MAGIC = 0x4c574648;
    private static final short VERSION = 1;
    private static final int BODY_BYTES = 4 + 2 + 2 + Watermark.STORE_ID_BYTES + 8 + 8;
    private static final String LIST = "MANIFEST-";

    /** The list's number, which is in its name, and its length. A new list has a higher number. */
    record Length(long number, long bytes) {
        static final Length UNKNOWN = new Length(0, 0);

        /** From a name such as {@code MANIFEST-000005}. */
        static Length of(String name, long bytes) {
            return name.matches(LIST + "[0-9]{1,18}")
                    ? new Length(Long.parseLong(name.substring(LIST.length())), bytes)
                    : UNKNOWN;
        }
    }

    private final Path file;
    private final FileChannel channel;
    private final byte[] storeId;
    private Length written = Length.UNKNOWN;

    private FileListMark(Path file, FileChannel channel, byte[] storeId) {
        this.file = file;
        this.channel = channel;
        this.storeId = storeId;
    }

    static FileListMark open(Path file, byte[] storeId) throws IOException {
        return new FileListMark(file, OwnFiles.open(file), storeId.clone());
    }

    /**
     * Makes sure that the list of a database is as long as it was.
     *
     * @throws StoreRefusedException when it is shorter, or an older one
     */
    static void require(Path file, byte[] storeId, Path database) throws IOException {
        Length noted = read(file, storeId); // Before the list, which a broker at work makes longer.
        Path current = database.resolve("CURRENT");
        String name;
        long bytes;
        try {
            name = Files.readString(current, StandardCharsets.ISO_8859_1).strip();
            bytes = Files.size(database.resolve(name));
        } catch (NoSuchFileException e) {
            return; // RocksDB says what is missing, or a broker at work has just begun a new list.
        }
        Length found = Length.of(name, bytes);
        boolean cut = found.number() == noted.number() && found.bytes() < noted.bytes();
        if (!found.equals(Length.UNKNOWN) && (cut || found.number() < noted.number())) {
            String what = cut
                    ? " has lost its end: it has " + found.bytes() + " of " + noted.bytes() + " bytes"
                    : " is an old one: there was a list number " + noted.number();
            throw new StoreRefusedException(
                    Reason.DAMAGED,
                    "the list of table files " + database.resolve(name) + what + "; nothing was changed: restore a"
                            + " backup, or save what can be read with 'holdfast store salvage'");
        }
    }

    private static Length read(Path file, byte[] storeId) throws IOException {
        if (!Files.exists(file)) {
            return Length.UNKNOWN;
        }
        byte[] content = Files.readAllBytes(file);
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        boolean whole = content.length == BODY_BYTES + 4
                && bytes.getInt(0) == MAGIC
                && bytes.getShort(4) == VERSION
                && bytes.getInt(BODY_BYTES) == checksum(content)
                && bytes.slice(8, Watermark.STORE_ID_BYTES).equals(ByteBuffer.wrap(storeId));
        return whole ? new Length(bytes.getLong(24), bytes.getLong(32)) : Length.UNKNOWN;
    }

    /**
     * Notes how long the list is, if that is news.
     *
     * @param length as RocksDB has synced it
     * @throws StoreException when the file cannot be written
     */
    void note(Length length) {
        if (length.equals(written) || length.equals(Length.UNKNOWN)) {
            return;
        }
        byte[] content = new byte[BODY_BYTES + 4];
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(MAGIC).putShort(VERSION).putShort((short) 0).put(storeId);
        bytes.putLong(length.number()).putLong(length.bytes());
        bytes.putInt(checksum(content)).flip();
        try {
            OwnFiles.writeFully(channel, bytes, 0);
        } catch (IOException e) {
            throw new StoreException("cannot write " + file + ": " + e.getMessage(), e);
        }
        written = length;
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
