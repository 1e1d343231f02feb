// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a data folder says of itself beside its rows, read without changing anything.
 *
 * @param format as the marker says
 * @param storeId 32 hexadecimal digits, as the marker says
 * @param watermark what the watermark file is worth
 * @param watermarkSequence sequence number that was certain to be on disk, 0 when unknown
 * @param log what the write-ahead log files hold, as far as they can be read
 * @param holderPid the process that the lock file names, if it lives: most likely the broker at work
 * @param snapshot whether a snapshot of the subscriptions lies there
 * @param folderBytes size of all files of the folder
 * @param diskFreeBytes what this user may still write to the file system
 * @param diskBytes size of the file system
 */
public record StoreFacts(
        int format,
        String storeId,
        WatermarkState watermark,
        long watermarkSequence,
        WalScan.Result log,
        OptionalLong holderPid,
        boolean snapshot,
        long folderBytes,
        long diskFreeBytes,
        long diskBytes) {

    /** What the watermark file is worth. */
    public enum WatermarkState {
        READ,
        MISSING,
        /** No slot is whole: a loss would go unseen. */
        UNREADABLE,
        OTHER_STORE
    }

    /**
     * Looks at a folder.
     *
     * @throws StoreRefusedException when it holds no store that this program can read
     */
    public static StoreFacts of(Path folder) {
        try {
            StoreMarker marker = StoreMarker.read(folder)
                    .orElseThrow(() -> new StoreRefusedException(
                            StoreRefusedException.Reason.FOREIGN, "there is no Holdfast store in " + folder));
            Watermark.Reading watermark = Watermark.read(folder.resolve(StoreFolder.WATERMARK_FILE), marker.id());
            FileStore disk = Files.getFileStore(folder);
            return new StoreFacts(
                    marker.format(),
                    marker.idHex(),
                    WatermarkState.valueOf(watermark.state().name()),
                    watermark.sequence(),
                    WalScan.scan(folder.resolve(StoreFolder.ROWS_FOLDER)),
                    holder(folder.resolve(StoreFolder.LOCK_FILE)),
                    Files.exists(folder.resolve(StoreFolder.SNAPSHOT_FILE)),
                    FolderTree.bytes(folder),
                    disk.getUsableSpace(),
                    disk.getTotalSpace());
        } catch (IOException e) {
            throw FolderCheck.refused(folder, e);
        }
    }

    /** The lock itself is left alone: to try it would make a broker that starts at this moment fail. */
    private static OptionalLong holder(Path lock) throws IOException {
        if (!Files.isReadable(lock)) {
            return OptionalLong.empty();
        }
        String text = new String(Files.readAllBytes(lock), StandardCharsets.ISO_8859_1).strip();
        if (!text.matches("[0-9]{1,18}")) {
            return OptionalLong.empty();
        }
        long pid = Long.parseLong(text);
        return ProcessHandle.of(pid).isPresent() ? OptionalLong.of(pid) : OptionalLong.empty();
    }

    /** How the log of the folder ends, when its end is no ordinary one; null when it is. */
    public @Nullable String damagedLogPlace() {
        return log.damagedFile() == null
                ? null
                : StoreFolder.ROWS_FOLDER + "/" + log.damagedFile() + " at byte " + log.damagedAt();
    }
}
