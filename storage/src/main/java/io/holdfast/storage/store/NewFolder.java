// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A folder that will become a store: missing or empty before, a store once its marker is written, which is last. What was
 * interrupted on the way has no marker, so no broker starts on it.
 */
final class NewFolder {
    private final Path path;
    private final boolean made;

    private NewFolder(Path path, boolean made) {
        this.path = path;
        this.made = made;
    }

    /**
     * Makes the folder.
     *
     * @param source the store that is read meanwhile; the new folder must not lie in it
     * @throws StoreRefusedException when the folder is in use for anything
     */
    static NewFolder make(Path folder, Path source) throws IOException {
        Path wanted = folder.toAbsolutePath().normalize();
        Path parent = wanted.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new StoreRefusedException(
                    Reason.NOT_A_FOLDER,
                    "cannot make " + folder + ": there is no folder " + parent + "; make that first");
        }
        Path real = parent.toRealPath().resolve(wanted.getFileName());
        if (real.startsWith(source.toRealPath())) {
            throw new StoreRefusedException(
                    Reason.FOREIGN, folder + " lies inside the data folder " + source + "; name a place outside of it");
        }
        if (!Files.exists(real, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(real, OwnFiles.folderRights(real));
            return new NewFolder(real, true);
        }
        if (!Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
            throw new StoreRefusedException(Reason.NOT_A_FOLDER, folder + " is not a folder");
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(real)) {
            if (entries.iterator().hasNext()) {
                throw new StoreRefusedException(
                        Reason.FOREIGN, folder + " is not empty; name a folder that is empty or does not exist");
            }
        }
        return new NewFolder(real, false);
    }

    Path path() {
        return path;
    }

    /** Makes it a store, and all that is in it durable. */
    void complete(StoreMarker marker) throws IOException {
        FolderTree.sync(path);
        marker.write(path);
        OwnFiles.syncFolderOf(path);
    }

    /** Takes away what was written, after a failure; what cannot be removed is added to its cause. */
    void abandon(Throwable cause) {
        try {
            for (String part : new String[] {StoreFolder.ROWS_FOLDER, StoreFolder.ROWS_FOLDER + ".tmp"}) {
                FolderTree.delete(path.resolve(part));
            }
            for (Path file : FolderTree.files(path)) {
                Files.deleteIfExists(file);
            }
            if (made) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}
