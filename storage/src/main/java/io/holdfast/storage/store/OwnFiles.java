// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** How we make files of our own beside RocksDB's: for our user alone, and on disk when the call returns. */
final class OwnFiles {
    private OwnFiles() {}

    /** Rights of a new file: rw for its owner. None where the file system has no such rights. */
    static FileAttribute<?>[] fileRights(Path path) {
        return rights(path, "rw-------");
    }

    /** Rights of a new folder: rwx for its owner. */
    static FileAttribute<?>[] folderRights(Path path) {
        return rights(path, "rwx------");
    }

    static boolean isPosix(FileSystem files) {
        return files.supportedFileAttributeViews().contains("posix");
    }

    static FileChannel open(Path file) throws IOException {
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        return FileChannel.open(file, options, fileRights(file));
    }

    /** Makes or replaces a file in one step: afterwards it is the old one or the whole new one, also after a power cut. */
    static void replace(Path file, byte[] content) throws IOException {
        Path half = file.resolveSibling(file.getFileName() + ".tmp");
        Files.deleteIfExists(half);
        try (FileChannel channel = open(half)) {
            writeFully(channel, ByteBuffer.wrap(content), 0);
            channel.force(true);
        }
        Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncFolderOf(file);
    }

    static void writeFully(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
        long position = at;
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
    }

    /** Makes the name of a file durable. */
    static void syncFolderOf(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            syncFolder(folder);
        }
    }

    /** Makes names in a folder durable. Where folders cannot be synced the file system does it by itself. */
    static void syncFolder(Path folder) throws IOException {
        if (isPosix(folder.getFileSystem())) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static FileAttribute<?>[] rights(Path path, String rights) {
        return isPosix(path.getFileSystem())
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights))}
                : new FileAttribute<?>[0];
    }
}
