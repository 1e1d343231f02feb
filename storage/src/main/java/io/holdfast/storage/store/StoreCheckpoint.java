// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.rocksdb.Checkpoint;
import org.rocksdb.RocksDB;

/**
 * A copy of a store while it is written to: what a crash at that moment would have left, and never less than what was on
 * disk when it began.
 *
 * <p>RocksDB flushes its memory and links its files, which never change, into the new folder; the few that do change are
 * copied. Links share their blocks with the store, so the copy costs no space until the store moves on. Where the target
 * is on another file system the links are made inside the data folder first and copied from there, in reach of an
 * interrupt and outside the gate that a stopping broker waits for.
 *
 * <p><b>The watermark is not copied.</b> The broker writes it all the time, so a copy of the file could name rows that came
 * after the copy of the rows, and every start on it would cry loss. It is written anew: the last row that a reader finds in
 * the copy, which must not be before the last one that the store had when the copy began. So the copy's watermark is
 * exact, and any row that is lost from the copy later is noticed.
 */
public final class StoreCheckpoint {
    /** Links of a copy that goes to another file system. In the data folder; what a crash leaves is removed. */
    static final String STAGING_FOLDER = "checkpoint.tmp";

    private static final long SLACK_BYTES = 16L << 20;

    /**
     * What was written.
     *
     * @param sequence RocksDB's number of the copy's last row
     * @param bytes size of all files, those included whose blocks are shared with the store
     * @param linked whether table files are shared with the store
     */
    public record Written(long sequence, long bytes, boolean linked) {}

    private final Path folder;
    private final StoreMarker marker;
    private final RocksReads reads;

    StoreCheckpoint(Path folder, StoreMarker marker, RocksReads reads) {
        this.folder = folder;
        this.marker = marker;
        this.reads = reads;
    }

    /**
     * Writes the copy into a folder that is missing or empty. Any thread, one at a time.
     *
     * @throws StoreException when it cannot be written; what was begun is removed, the store itself goes on
     */
    Written write(Path target) throws IOException {
        NewFolder made = NewFolder.make(target, folder);
        return write(made, Files.getFileStore(folder).equals(Files.getFileStore(made.path())));
    }

    /** As above, as if the target were on another file system. */
    Written copy(Path target) throws IOException {
        return write(NewFolder.make(target, folder), false);
    }

    private Written write(NewFolder made, boolean linked) throws IOException {
        try {
            requireSpace(made.path(), linked);
            long atLeast = reads.gated(() -> reads.db().getLatestSequenceNumber());
            Path rows = made.path().resolve(StoreFolder.ROWS_FOLDER);
            if (linked) {
                link(rows);
            } else {
                stageAndCopy(rows);
            }
            long sequence = sequence(rows, atLeast);
            ownFiles(made.path(), sequence);
            made.complete(marker);
            return new Written(sequence, FolderTree.bytes(made.path()), linked);
        } catch (IOException | RuntimeException | Error e) {
            made.abandon(e);
            throw e;
        }
    }

    /** A flush that meets a full disk ends the store, so this is not left to chance. */
    private void requireSpace(Path target, boolean linked) throws IOException {
        long[] memory = new long[1];
        reads.run("measure", () -> {
            for (Table table : Table.values()) {
                memory[0] += reads.db().getLongProperty(reads.family(table), "rocksdb.cur-size-all-mem-tables");
            }
        });
        long log = 0;
        for (Path file : FolderTree.files(folder.resolve(StoreFolder.ROWS_FOLDER))) {
            log += file.toString().endsWith(".log") ? FolderTree.size(file) : 0;
        }
        requireSpace(folder, memory[0] + log + SLACK_BYTES);
        if (!linked) {
            requireSpace(target, FolderTree.bytes(folder) + memory[0] + SLACK_BYTES);
        }
    }

    private static void requireSpace(Path place, long bytes) throws IOException {
        long free = Files.getFileStore(place).getUsableSpace();
        if (free < bytes) {
            throw new StoreRefusedException(
                    Reason.NO_SPACE,
                    "the copy needs " + (bytes >> 20) + " MiB of free space on the disk of " + place + ", there are "
                            + (free >> 20) + "; free some first");
        }
    }

    private void link(Path rows) {
        reads.run("copy", () -> {
            RocksDB db = reads.db();
            try (Checkpoint checkpoint = Checkpoint.create(db)) {
                checkpoint.createCheckpoint(rows.toString());
            }
        });
    }

    private void stageAndCopy(Path rows) throws IOException {
        Path staging = folder.resolve(STAGING_FOLDER);
        removeStaging(folder);
        try {
            link(staging);
            FolderTree.copyFolder(staging, rows, CopyListener.NONE);
        } finally {
            removeStaging(folder);
        }
    }

    /** Removes what a crash in the middle of a copy has left in a data folder. */
    static void removeStaging(Path folder) throws IOException {
        FolderTree.delete(folder.resolve(STAGING_FOLDER));
        FolderTree.delete(folder.resolve(STAGING_FOLDER + ".tmp")); // RocksDB's own way to its folder.
    }

    private long sequence(Path rows, long atLeast) throws IOException {
        try (StoreReader copy = StoreReader.openDatabase(rows, null)) {
            if (copy.sequence() < atLeast) {
                throw new StoreException(
                        "the copy ends " + (atLeast - copy.sequence()) + " rows before the store did when it began",
                        null);
            }
            return copy.sequence();
        }
    }

    private void ownFiles(Path target, long sequence) throws IOException {
        Watermark.start(
                        target.resolve(StoreFolder.WATERMARK_FILE),
                        marker.id(),
                        sequence,
                        Duration.ZERO,
                        System::nanoTime)
                .close();
        Path pulse = folder.resolve(StoreFolder.PULSE_FILE);
        if (Files.exists(pulse)) { // Written in place while we read: a torn one has no checksum that fits.
            FolderTree.copyFile(pulse, target.resolve(StoreFolder.PULSE_FILE), CopyListener.NONE);
        }
    }
}
