// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two files in the data folder that let a command line on this machine, of this user, find the endpoint: its address,
 * there while the broker runs, and the token, made once.
 */
public final class AdminFiles {
    /** Holds the token in hexadecimal; readable by the broker's user alone. */
    public static final String TOKEN = "admin-token";
    /** Holds host and port of the running endpoint. */
    public static final String ADDRESS = "admin-address";

    private static final Logger LOG = LoggerFactory.getLogger(AdminFiles.class);
    private static final int TOKEN_BYTES = 32;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final Path folder;

    AdminFiles(Path folder) {
        this.folder = folder;
    }

    /** The token, made when there is none; one that others could read is none any more. */
    String token() throws IOException {
        Path file = folder.resolve(TOKEN);
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            // Latin-1 decodes any bytes: what a power cut left of the file is looked at like anything else.
            String token = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
            if (token.matches("[0-9a-f]{" + 2 * TOKEN_BYTES + "}") && isPrivate(file)) {
                return token;
            }
            LOG.warn("{} is no private token, so a new one is made", file);
        }
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        String token = HexFormat.of().formatHex(random);
        replace(file, token);
        return token;
    }

    void writeAddress(InetSocketAddress address) throws IOException {
        replace(folder.resolve(ADDRESS), address.getAddress().getHostAddress() + ":" + address.getPort());
    }

    void deleteAddress() {
        try {
            Files.deleteIfExists(folder.resolve(ADDRESS));
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}", folder.resolve(ADDRESS), e.getMessage());
        }
    }

    /** A reader sees the old line or the new one, and nobody else sees either. */
    private static void replace(Path file, String line) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".tmp");
        Files.deleteIfExists(fresh);
        FileAttribute<?>[] rights = isPosix(file)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
        Files.createFile(fresh, rights);
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                int unused = channel.write(bytes);
            }
            channel.force(true); // Operators may have copied the token: it outlives a power cut.
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static boolean isPrivate(Path file) throws IOException {
        return !isPosix(file) || OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
