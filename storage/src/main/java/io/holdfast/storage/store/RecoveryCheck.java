// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Holds what can be recovered against the watermark: before RocksDB opens the folder, so that a damaged one stays as it
 * was found, and after it, because RocksDB has the last word on what it recovered.
 */
final class RecoveryCheck {
    private final Path folder;
    private final Watermark.Reading watermark;
    private final WalScan.Result wal;
    private final StoreOptions.Loss loss;
    private @Nullable Path setAside;

    private RecoveryCheck(Path folder, Watermark.Reading watermark, WalScan.Result wal, StoreOptions.Loss loss) {
        this.folder = folder;
        this.watermark = watermark;
        this.wal = wal;
        this.loss = loss;
    }

    /**
     * Scans the log and, when it does not reach the watermark, asks RocksDB without letting it write. A log that would
     * lead RocksDB astray is cut where it is damaged, once it is known that nothing else is missing or that this is
     * accepted.
     *
     * @throws StoreRefusedException when acknowledged rows are missing and the operator has not accepted that
     */
    static RecoveryCheck before(Path folder, Path database, StoreMarker marker, StoreOptions options)
            throws IOException {
        Watermark.Reading watermark = Watermark.read(folder.resolve(StoreFolder.WATERMARK_FILE), marker.id());
        if (watermark.state() == Watermark.State.OTHER_STORE) {
            throw new StoreRefusedException(
                    Reason.WRONG_META,
                    "the file " + StoreFolder.WATERMARK_FILE + " in " + folder + " belongs to another store; files of "
                            + "different stores were mixed: restore the whole folder from one backup");
        }
        boolean exists = Files.exists(database.resolve("CURRENT"));
        // RocksDB would make a new database over the files of the old one and delete them.
        if (!exists && (watermark.sequence() > 0 || holdsRows(database))) {
            throw new StoreRefusedException(
                    Reason.DAMAGED,
                    "the store in " + folder + " has lost its rows: " + database.resolve("CURRENT")
                            + " is missing; restore the whole folder from a backup");
        }
        if (exists) {
            FileListMark.require(folder.resolve(StoreFolder.FILE_LIST_FILE), marker.id(), database);
        }
        WalScan.Result wal = exists ? WalScan.scan(database) : WalScan.Result.NOTHING;
        if (exists) {
            ManifestScan.require(database, wal);
        }
        RecoveryCheck check = new RecoveryCheck(folder, watermark, wal, options.loss());
        // Rows that are in table files already are in no log: then only RocksDB knows the last number.
        if (wal.misleading()) {
            check.require(wal.sequence());
            WalScan.cut(database, wal);
        } else if (exists && wal.sequence() < watermark.sequence()) {
            try (StoreReader reader = StoreReader.openDatabase(database, options.libraryFolder())) {
                check.require(reader.sequence());
            }
        }
        return check;
    }

    private static boolean holdsRows(Path database) throws IOException {
        if (!Files.isDirectory(database)) {
            return false;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(database, "*.{sst,log,blob}")) {
            return files.iterator().hasNext();
        }
    }

    /** The sequence number that was recovered. */
    long after(RocksStore rows) throws IOException {
        require(rows.sequence());
        return rows.sequence();
    }

    long watermark() {
        return watermark.sequence();
    }

    boolean watermarkKnown() {
        return watermark.state() == Watermark.State.READ;
    }

    long walBytes() {
        return wal.bytes();
    }

    /** Where the files are that a loss was accepted for, null when nothing was given up. */
    @Nullable
    Path setAside() {
        return setAside;
    }

    /** Keeps the store as it was found: RocksDB ends the log at the damage and deletes files that it misses nowhere. */
    private static Path keepAside(Path folder) throws IOException {
        Path aside = folder.resolve(StoreFolder.SET_ASIDE
                + DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss.SSS", Locale.ROOT)
                        .withZone(ZoneOffset.UTC)
                        .format(Instant.now()));
        Path database = folder.resolve(StoreFolder.ROWS_FOLDER);
        Path rows = aside.resolve(StoreFolder.ROWS_FOLDER);
        Files.createDirectory(aside, OwnFiles.folderRights(aside));
        Files.createDirectory(rows, OwnFiles.folderRights(rows));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(database, Files::isRegularFile)) {
            for (Path file : files) {
                keep(file, rows);
            }
        }
        keep(folder.resolve(StoreMarker.FILE), aside);
        keep(folder.resolve(StoreFolder.WATERMARK_FILE), aside);
        OwnFiles.syncFolder(rows);
        OwnFiles.syncFolder(aside);
        OwnFiles.syncFolder(folder);
        return aside;
    }

    private static void keep(Path file, Path into) throws IOException {
        Path kept = into.resolve(file.getFileName());
        if (!FolderTree.isTable(file) || !FolderTree.linked(file, kept)) {
            FolderTree.copyFile(file, kept, CopyListener.NONE);
        }
    }

    private void require(long recovered) throws IOException {
        if (recovered >= watermark.sequence()) {
            return;
        }
        if (loss == StoreOptions.Loss.ACCEPT) {
            setAside = setAside == null ? keepAside(folder) : setAside;
            return;
        }
        String place = wal.damagedFile() == null
                ? "a log file is missing"
                : StoreFolder.ROWS_FOLDER + "/" + wal.damagedFile() + " is damaged at byte " + wal.damagedAt()
                        + ", with " + wal.intactBeyond() + " whole batches behind that place";
        throw new StoreRefusedException(
                Reason.LOG_DAMAGED,
                "the log in " + folder + " ends " + (watermark.sequence() - recovered)
                        + " rows before what was on disk: " + place + "; the folder is as it was found: restore a "
                        + "backup, save what can be read with 'holdfast store salvage', or accept the loss of these "
                        + "rows once with 'holdfast run --accept-loss'");
    }
}
