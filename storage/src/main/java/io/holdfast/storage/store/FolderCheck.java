// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Looks at a data folder before anything in it is opened: is it a folder, ours, and for us alone? */
final class FolderCheck {
    private static final String OWNER_ONLY = "rwx------";
    /** Names that may lie in an otherwise empty folder: of a file system's root, and of an interrupted first start. */
    private static final Set<String> NOT_FOREIGN =
            Set.of("lost+found", StoreFolder.LOCK_FILE, StoreMarker.FILE + ".tmp");

    private FolderCheck() {}

    /** Makes the folder when it is missing; returns its real path. */
    static Path prepare(Path folder) throws IOException {
        if (Files.isSymbolicLink(folder)) {
            throw new StoreRefusedException(
                    Reason.SYMBOLIC_LINK,
                    "the data folder " + folder + " is a symbolic link; configure the folder it points to: "
                            + folder.toRealPath());
        }
        if (!Files.exists(folder)) {
            create(folder);
        }
        if (!Files.isDirectory(folder)) {
            throw new StoreRefusedException(
                    Reason.NOT_A_FOLDER, "the data folder " + folder + " is not a folder; configure one that is");
        }
        requireAccess(folder);
        Path real = folder.toRealPath();
        if (!Files.exists(real.resolve(StoreMarker.FILE))) {
            requireEmpty(real);
        }
        closeToOthers(real);
        return real;
    }

    private static void create(Path folder) throws IOException {
        try {
            Path parent = folder.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.createDirectory(folder, OwnFiles.folderRights(folder));
            if (parent != null) {
                OwnFiles.syncFolder(parent);
            }
        } catch (AccessDeniedException e) {
            throw new StoreRefusedException(
                    Reason.NO_ACCESS,
                    "cannot make the data folder " + folder + " as user " + System.getProperty("user.name")
                            + "; make it for this user, or configure another one",
                    e);
        } catch (FileAlreadyExistsException e) {
            throw new StoreRefusedException(
                    Reason.NOT_A_FOLDER,
                    "cannot make the data folder " + folder + ": " + e.getFile() + " is not a folder",
                    e);
        }
    }

    private static void requireAccess(Path folder) {
        String lacking = !Files.isReadable(folder) ? "read" : !Files.isExecutable(folder) ? "enter" : "write to";
        if (!Files.isReadable(folder) || !Files.isExecutable(folder) || !Files.isWritable(folder)) {
            throw new StoreRefusedException(
                    Reason.NO_ACCESS,
                    "user " + System.getProperty("user.name") + " may not " + lacking + " the data folder " + folder
                            + "; give the folder to this user, or mount its file system for writing");
        }
    }

    private static void requireEmpty(Path folder) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                if (!NOT_FOREIGN.contains(entry.getFileName().toString())) {
                    throw new StoreRefusedException(
                            Reason.FOREIGN,
                            "the data folder " + folder + " is not empty and holds no file " + StoreMarker.FILE
                                    + " (found " + entry.getFileName() + "); configure an empty or missing folder");
                }
            }
        }
    }

    /** Messages are private: a folder that others may enter is closed to them. */
    private static void closeToOthers(Path folder) throws IOException {
        if (!OwnFiles.isPosix(folder.getFileSystem())) {
            return;
        }
        var wanted = PosixFilePermissions.fromString(OWNER_ONLY);
        if (wanted.containsAll(Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS))) {
            return;
        }
        try {
            Files.setPosixFilePermissions(folder, wanted);
        } catch (IOException e) {
            throw new StoreRefusedException(
                    Reason.NO_ACCESS,
                    "others may enter the data folder " + folder + " and user " + System.getProperty("user.name")
                            + " may not change that; give the folder to this user, or run chmod 700 on it",
                    e);
        }
    }

    /** What an error of the file system means for the one who starts the broker. */
    static StoreRefusedException refused(Path folder, IOException cause) {
        String message = String.valueOf(cause.getMessage());
        if (message.contains("No space left")) {
            return new StoreRefusedException(
                    Reason.NO_SPACE,
                    "no space left for the data folder " + folder + "; free some and start again",
                    cause);
        }
        Reason reason = cause instanceof AccessDeniedException ? Reason.NO_ACCESS : Reason.DAMAGED;
        return new StoreRefusedException(
                reason,
                "cannot use the data folder " + folder + ": " + cause.getClass().getSimpleName() + " " + message,
                cause);
    }
}
