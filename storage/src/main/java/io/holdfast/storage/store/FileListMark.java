// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * How long the list of table files (RocksDB's MANIFEST) was for certain. A list that has lost its end reads like one that is
 * older: RocksDB would open what that names, delete the other table files, and put the newer log on top. So its length is
 * noted outside of it, once RocksDB has synced it and before rows leave the log for its sake.
 *
 * <p>As with the {@link Watermark} there is no false alarm: what is noted was synced, so whatever of this file reaches the
 * disk is at or below what the list has. It may lag, by the entries of the last second.
 *
 * <p>The numbers of its {@link StoreNote}: number of the list, bytes.
 *
 * <p>Owned by one thread at a time.
 */
final class FileListMark implements AutoCloseable {
    private static final int MAGIC = 0x4c574648;
    private static final int NUMBERS = 2;
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

    private final StoreNote note;
    private Length written = Length.UNKNOWN;

    private FileListMark(StoreNote note) {
        this.note = note;
    }

    static FileListMark open(Path file, byte[] storeId) throws IOException {
        return new FileListMark(StoreNote.open(file, MAGIC, storeId));
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
        long[] noted = StoreNote.read(file, MAGIC, storeId, NUMBERS);
        return noted == null ? Length.UNKNOWN : new Length(noted[0], noted[1]);
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
        note.write(length.number(), length.bytes());
        written = length;
    }

    @Override
    public void close() throws IOException {
        note.close();
    }
}
