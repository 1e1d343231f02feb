// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A folder with what lies in it, as a whole: copied, synced, measured, removed. */
final class FolderTree {
    private static final long COPY_BYTES = 1L << 20;

    private FolderTree() {}

    /** Everything in a folder that is no folder, at any depth. */
    static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
    }

    /** Size of all files; files that a broker at work removes while we look are not counted. */
    static long bytes(Path folder) throws IOException {
        long[] sum = new long[1];
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                sum[0] += attributes.isRegularFile() ? attributes.size() : 0;
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException && !file.equals(folder)) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
        return sum[0];
    }

    /** Size of a file, 0 when it is gone. */
    static long size(Path file) {
        return file.toFile().length();
    }

    /**
     * Copies a file; the copy is on disk when this returns, but for its name.
     *
     * @throws InterruptedIOException when the thread was interrupted
     */
    static void copyFile(Path from, Path to, CopyListener listener) throws IOException {
        try (FileChannel source = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel target = FileChannel.open(
                        to, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OwnFiles.fileRights(to))) {
            long size = source.size();
            for (long at = 0; at < size; ) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("interrupted");
                }
                long copied = source.transferTo(at, Math.min(COPY_BYTES, size - at), target);
                if (copied == 0) {
                    throw new IOException(from + " became shorter while it was copied");
                }
                at += copied;
                listener.copied(copied);
            }
            target.force(true);
        }
    }

    /** Whether a file of RocksDB's never changes once it is written: a second name for it is a copy that takes no space. */
    static boolean isTable(Path file) {
        return file.toString().endsWith(".sst") || file.toString().endsWith(".blob");
    }

    /** Gives a file a second name; false where that cannot be, then it has to be copied. */
    static boolean linked(Path file, Path link) throws IOException {
        try {
            Files.createLink(link, file);
            return true;
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | IOException e) {
            return false; // Another file system, or one without links: the copy that follows says what else is wrong.
        }
    }

    /** Copies all files of a flat folder into a new one, which is on disk when this returns, but for its name. */
    static void copyFolder(Path from, Path to, CopyListener listener) throws IOException {
        Files.createDirectory(to, OwnFiles.folderRights(to));
        for (Path file : files(from)) {
            copyFile(file, to.resolve(file.getFileName().toString()), listener);
        }
        OwnFiles.syncFolder(to);
    }

    /** Brings all files of a folder, and their names, to disk. */
    static void sync(Path folder) throws IOException {
        for (Path file : files(folder)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
        OwnFiles.syncFolder(folder);
    }

    /** Removes a folder and what is in it; nothing happens when it is not there. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(folder)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }
}
