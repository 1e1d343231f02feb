// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a store that nobody writes to, file by file and as it lies: a store that was killed is copied as killed. What
 * belongs to a process and not to the store stays behind: lock, token and address of the admin endpoint.
 */
public final class StoreCopy {
    /** What becomes of table files, which never change once they are written. */
    public enum TableFiles {
        /** The copy shares them with the store where the file system can. */
        LINKED,
        /** The copy stands for itself. */
        COPIED
    }

    private static final String[] OWN_FILES = {
        StoreFolder.WATERMARK_FILE, StoreFolder.PULSE_FILE, StoreFolder.SNAPSHOT_FILE
    };

    private final NewFolder made;

    private StoreCopy(NewFolder made) {
        this.made = made;
    }

    /**
     * Copies a store into a folder that is missing or empty; it is on disk when this returns.
     *
     * @throws StoreRefusedException when there is no store in {@code from}, or {@code to} is in use for anything
     */
    public static StoreCopy of(Path from, Path to, TableFiles tables, CopyListener listener) {
        try {
            StoreMarker marker = StoreMarker.read(from)
                    .orElseThrow(
                            () -> new StoreRefusedException(Reason.FOREIGN, "there is no Holdfast store in " + from));
            NewFolder made = NewFolder.make(to, from);
            try {
                rows(from.resolve(StoreFolder.ROWS_FOLDER), made, tables, listener);
                for (String name : OWN_FILES) {
                    if (Files.exists(from.resolve(name))) {
                        FolderTree.copyFile(from.resolve(name), made.path().resolve(name), listener);
                    }
                }
                made.complete(marker);
                return new StoreCopy(made);
            } catch (IOException | RuntimeException | Error e) {
                made.abandon(e);
                throw e;
            }
        } catch (IOException e) {
            throw FolderCheck.refused(to, e);
        }
    }

    private static void rows(Path from, NewFolder made, TableFiles tables, CopyListener listener) throws IOException {
        Path to = made.path().resolve(StoreFolder.ROWS_FOLDER);
        Files.createDirectory(to, OwnFiles.folderRights(to));
        for (Path file : FolderTree.files(from)) {
            String name = file.getFileName().toString();
            boolean link = tables == TableFiles.LINKED && FolderTree.isTable(file);
            if (link && FolderTree.linked(file, to.resolve(name))) {
                listener.copied(Files.size(file));
            } else if (!name.equals("LOCK")) {
                FolderTree.copyFile(file, to.resolve(name), listener);
            }
        }
        OwnFiles.syncFolder(to);
    }

    /** Size of all files of a store that a copy takes over. */
    public static long bytes(Path folder) {
        try {
            return FolderTree.bytes(folder.resolve(StoreFolder.ROWS_FOLDER));
        } catch (IOException e) {
            throw FolderCheck.refused(folder, e);
        }
    }

    /** Where the copy lies. */
    public Path folder() {
        return made.path();
    }

    /** Removes the copy. */
    public void discard(Throwable cause) {
        made.abandon(cause);
    }

    /**
     * Puts the copy in the place of another folder, which is kept under another name. Each step is one renaming, so at
     * every moment the old store or the new one is whole; no broker can start in between.
     *
     * @param place where the copy shall lie; a folder there is kept aside unless it is empty
     * @param aside the name that the folder there gets; must be free
     * @return where the old folder is now, null when there was none
     * @throws StoreRefusedException when a broker runs there
     */
    public @Nullable Path replace(Path place, Path aside) {
        try {
            Path kept = null;
            if (isEmptyFolder(place)) {
                Files.delete(place);
            } else if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                if (Files.exists(aside, LinkOption.NOFOLLOW_LINKS)) {
                    throw new StoreRefusedException(Reason.FOREIGN, aside + " is there already; move it away first");
                }
                try (StoreHold hold = StoreHold.of(place)) {
                    hold.rename(aside);
                }
                kept = aside;
            }
            moveTo(place);
            return kept;
        } catch (IOException e) {
            throw FolderCheck.refused(place, e);
        }
    }

    /** As above, in the place of a store that the caller holds; returns where that is now. */
    public Path replace(StoreHold place, Path aside) {
        Path folder = place.folder();
        try {
            place.rename(aside);
            moveTo(folder);
            return aside;
        } catch (IOException e) {
            throw FolderCheck.refused(folder, e);
        }
    }

    private void moveTo(Path place) throws IOException {
        Files.move(made.path(), place, StandardCopyOption.ATOMIC_MOVE);
        OwnFiles.syncFolderOf(place);
    }

    /** Whether a path is a folder without anything in it. */
    public static boolean isEmptyFolder(Path path) {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            return !entries.iterator().hasNext();
        } catch (IOException e) {
            throw FolderCheck.refused(path, e);
        }
    }
}
