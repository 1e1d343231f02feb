// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Keeps brokers away from a store that is stopped, while it is copied or moved: holds the lock that they take. */
public final class StoreHold implements AutoCloseable {
    private final Path folder;
    private final FolderLock lock;

    private StoreHold(Path folder, FolderLock lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /**
     * Takes a store's lock.
     *
     * @throws StoreRefusedException when a broker runs on it, or when it is no store
     */
    public static StoreHold of(Path folder) {
        try {
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                    || !Files.exists(folder.resolve(StoreMarker.FILE))) {
                throw new StoreRefusedException(Reason.FOREIGN, "there is no Holdfast store in " + folder);
            }
            Path real = folder.toRealPath();
            return new StoreHold(real, FolderLock.acquire(real, StoreFolder.LOCK_FILE));
        } catch (IOException e) {
            throw FolderCheck.refused(folder, e);
        }
    }

    Path folder() {
        return folder;
    }

    /** Copies the store, as {@link StoreCopy#of} does. */
    public StoreCopy copyTo(Path target, StoreCopy.TableFiles tables, CopyListener listener) {
        return StoreCopy.of(folder, target, tables, listener);
    }

    /** Gives the folder another name beside its present one; that lasts when this returns. */
    void rename(Path to) throws IOException {
        Files.move(folder, to, StandardCopyOption.ATOMIC_MOVE);
        OwnFiles.syncFolderOf(folder);
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw FolderCheck.refused(folder, e);
        }
    }
}
