// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * Loads RocksDB's native library from a folder that is kept and used again. RocksDB's own loader unpacks 17 MB into the
 * temporary folder at every start and removes them only when the process ends in good order, so every crash would leave
 * a copy behind.
 *
 * <p>What is loaded runs with our rights, so the folder has to be ours alone; one that is not is refused.
 */
final class NativeLibrary {
    private static final Object LOADING = new Object();
    private static final String PACKED_FILE = Environment.getJniLibraryFileName("rocksdb");
    /** RocksDB's loader asks a folder for another name than the one it packs: with "jni" doubled. */
    private static final String FILE = Environment.getJniLibraryFileName("rocksdbjni");

    private NativeLibrary() {}

    /**
     * Loads the library once in this process; later calls return at once.
     *
     * @param configured the folder to unpack into, or null for one of this user in the temporary folder
     */
    static void load(@Nullable Path configured) {
        synchronized (LOADING) {
            Path folder = configured == null ? defaultFolder() : configured.toAbsolutePath();
            try {
                prepareFolder(folder);
                unpack(folder);
                RocksDB.loadLibrary(List.of(folder.toString()));
            } catch (IOException | UnsatisfiedLinkError e) {
                throw new StoreException(
                        "cannot load the storage library from " + folder + ": " + e.getMessage()
                                + "; name a folder that only this user can write to and that allows programs to run",
                        e);
            }
        }
    }

    /** One folder per user and content: the checksum of the packed library stands for its version. */
    private static Path defaultFolder() {
        String user = System.getProperty("user.name", "user").replaceAll("[^A-Za-z0-9_-]", "_");
        String name = "holdfast-native-" + Long.toHexString(checksum()) + "-" + user;
        return Path.of(System.getProperty("java.io.tmpdir", "."), name).toAbsolutePath();
    }

    private static void prepareFolder(Path folder) throws IOException {
        Set<PosixFilePermission> ours = PosixFilePermissions.fromString("rwx------");
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(folder);
            PosixFileAttributeView view = view(folder);
            if (view != null) {
                view.setPermissions(ours);
            }
        }
        PosixFileAttributeView view = view(folder);
        if (view != null && !ours.containsAll(view.readAttributes().permissions())) {
            throw new IOException("others may read or write the folder");
        }
        // Who we are is told by a file we make: names of users are not reliable inside containers.
        Path probe = Files.createTempFile(folder, "probe", ".tmp");
        try {
            if (view != null && !view.getOwner().equals(Files.getOwner(probe))) {
                throw new IOException("the folder belongs to " + view.getOwner());
            }
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    private static @Nullable PosixFileAttributeView view(Path folder) {
        return Files.getFileAttributeView(folder, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** Unpacks beside the final name and renames, so that two brokers starting at once never load half a file. */
    private static void unpack(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) == size()) {
            return;
        }
        try (DirectoryStream<Path> halfFiles = Files.newDirectoryStream(folder, "unpack*.tmp")) {
            long abandoned = System.currentTimeMillis() - 60_000;
            for (Path half : halfFiles) {
                if (Files.getLastModifiedTime(half).toMillis() < abandoned) {
                    Files.deleteIfExists(half);
                }
            }
        }
        Path half = Files.createTempFile(folder, "unpack", ".tmp");
        try (InputStream packed = connection().getInputStream()) {
            Files.copy(packed, half, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static long size() throws IOException {
        return connection().getContentLengthLong();
    }

    private static long checksum() {
        try {
            return connection() instanceof JarURLConnection inJar
                    ? inJar.getJarEntry().getCrc()
                    : size();
        } catch (IOException e) {
            throw new StoreException("the storage library for this system is not among the program's files", e);
        }
    }

    private static URLConnection connection() throws IOException {
        URL packed = RocksDB.class.getClassLoader().getResource(PACKED_FILE);
        if (packed == null) {
            throw new IOException("no " + PACKED_FILE);
        }
        return packed.openConnection();
    }
}
