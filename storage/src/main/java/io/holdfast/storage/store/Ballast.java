// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * A file of no use that takes space while there is plenty: when a disk is full to the last byte, throwing it away gives
 * the store what it needs to be opened, to delete and to be closed. Not thread-safe.
 */
public final class Ballast {
    static final String FILE = "ballast";

    private static final int BLOCK_BYTES = 1 << 16;

    private final Path file;
    private final long bytes;

    /**
     * The ballast of a data folder.
     *
     * @param bytes its size
     */
    public Ballast(Path folder, long bytes) {
        file = folder.resolve(FILE);
        this.bytes = bytes;
    }

    /** Bytes that {@link #drop} gives back at best. */
    public long bytes() {
        return bytes;
    }

    /** Whether the file is there in its whole size. */
    public boolean isKept() {
        return file.toFile().length() >= bytes;
    }

    /**
     * Makes the file, slowly.
     *
     * @throws IOException when it could not be made; nothing of it stays then
     */
    public void keep() throws IOException {
        try {
            Files.deleteIfExists(file);
            Files.createFile(file, OwnFiles.fileRights(file));
            write();
        } catch (IOException e) {
            drop();
            throw e;
        }
    }

    /** By a stream that an interrupt does not close; with bytes that no file system can press together. */
    private void write() throws IOException {
        SplittableRandom random = new SplittableRandom();
        byte[] block = new byte[BLOCK_BYTES];
        try (FileOutputStream out = new FileOutputStream(file.toFile())) {
            fill(out, random, block);
            out.getFD().sync();
        }
    }

    private void fill(OutputStream out, SplittableRandom random, byte[] block) throws IOException {
        for (long left = bytes; left > 0; left -= block.length) {
            random.nextBytes(block);
            out.write(block, 0, (int) Math.min(left, block.length));
        }
    }

    /** Gives the space back. Returns whether there was any. */
    public boolean drop() throws IOException {
        return Files.deleteIfExists(file);
    }
}
