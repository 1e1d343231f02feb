// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Where a damaged store is taken apart: a folder beside the one that the result is for, with a copy of the damaged rows and
 * the new store. It goes when it is closed; the damaged folder is only read.
 */
public final class SalvageFolder implements AutoCloseable {
    private final Path folder;
    private final Path target;

    private SalvageFolder(Path folder, Path target) {
        this.folder = folder;
        this.target = target;
    }

    /**
     * Makes it.
     *
     * @param target where the new store shall lie: missing or empty
     * @throws StoreRefusedException when there is no place for it
     */
    public static SalvageFolder beside(Path target) {
        Path wanted = target.toAbsolutePath().normalize();
        Path folder = wanted.resolveSibling(wanted.getFileName() + ".salvaging");
        try {
            if (Files.exists(wanted, LinkOption.NOFOLLOW_LINKS) && !StoreCopy.isEmptyFolder(wanted)) {
                throw new StoreRefusedException(
                        Reason.FOREIGN, target + " is not empty; name a folder that is empty or does not exist");
            }
            Files.createDirectory(folder, OwnFiles.folderRights(folder));
            return new SalvageFolder(folder, wanted);
        } catch (IOException e) {
            throw FolderCheck.refused(folder, e);
        }
    }

    /** Copies the rows of a damaged store, as far as its files can be read, and opens the copy. */
    public SalvageReader open(Path damaged, CopyListener copied, SalvageListener lost) {
        Path from = damaged.resolve(StoreFolder.ROWS_FOLDER);
        Path rows = folder.resolve(StoreFolder.ROWS_FOLDER);
        try {
            if (!Files.isDirectory(from)) {
                throw new StoreRefusedException(Reason.FOREIGN, "there are no rows of a store in " + damaged);
            }
            Files.createDirectory(rows, OwnFiles.folderRights(rows));
            for (Path file : FolderTree.files(from)) {
                copy(file, rows.resolve(file.getFileName().toString()), copied, lost);
            }
            return SalvageReader.open(rows, folder.resolve("gathered"), lost);
        } catch (IOException e) {
            throw FolderCheck.refused(damaged, e);
        }
    }

    private static void copy(Path file, Path to, CopyListener copied, SalvageListener lost) {
        try {
            FolderTree.copyFile(file, to, copied);
        } catch (IOException e) {
            lost.lost("file " + file + " cannot be read to its end: " + e.getMessage());
        }
    }

    /** A file of the salvage's own. */
    public Path file(String name) {
        return folder.resolve(name);
    }

    /** Where the new store is made. */
    public Path newStore() {
        return folder.resolve("store");
    }

    /** Puts the new store where it was wanted. */
    public void place() {
        try {
            Files.deleteIfExists(target); // Empty, or this fails.
            Files.move(newStore(), target, StandardCopyOption.ATOMIC_MOVE);
            OwnFiles.syncFolderOf(target);
        } catch (IOException e) {
            throw FolderCheck.refused(target, e);
        }
    }

    @Override
    public void close() {
        try {
            FolderTree.delete(folder);
        } catch (IOException e) {
            throw FolderCheck.refused(folder, e);
        }
    }
}
