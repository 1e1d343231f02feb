// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The file of a listening Unix-domain socket. The socket is bound in a folder that nobody else can enter, gets its rights
 * there, and is moved to its place then, over what a killed broker has left: nobody can connect to one that does not have
 * its rights yet. One thread.
 */
public final class UnixSocketFile {
    /** Bits of a file's mode that say what it is, and those of a socket. */
    private static final int TYPE_MASK = 0170000;

    private static final int SOCKET = 0140000;

    private static final AttributeKey<UnixSocketConfig> CAME_BY = AttributeKey.valueOf(UnixSocketFile.class, "cameBy");

    private final UnixSocketConfig config;
    private final Path hidden;
    private @Nullable Object key;

    private UnixSocketFile(UnixSocketConfig config) {
        this.config = config;
        hidden = hidden(config.path());
    }

    /** Where a socket is bound before it comes to its place; two brokers have no folder in common. */
    static Path hidden(Path path) {
        long mark = path.hashCode() ^ ProcessHandle.current().pid();
        String folder = String.format(Locale.ROOT, ".%06x", mark & 0xFF_FFFF);
        return path.resolveSibling(folder).resolve("s");
    }

    /**
     * Makes ready to bind.
     *
     * @throws IOException with half a sentence that says why nobody can listen there
     */
    static UnixSocketFile prepare(UnixSocketConfig config) throws IOException {
        check(config);
        if (isAnswered(config)) {
            throw new IOException("already in use");
        }
        UnixSocketFile file = new UnixSocketFile(config);
        file.clear();
        Files.createDirectory(
                folder(file.hidden),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return file;
    }

    /**
     * Looks whether a socket can be made at a path: there is a folder, and nothing there but a socket.
     *
     * @throws IOException with half a sentence that says what is wrong
     */
    public static void check(UnixSocketConfig config) throws IOException {
        Path folder = folder(config.path());
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            throw new IOException("this system does not keep the rights of a socket");
        }
        if (!Files.isDirectory(folder)) {
            throw new IOException("there is no folder " + folder);
        }
        if (Files.exists(config.path(), LinkOption.NOFOLLOW_LINKS) && !isSocket(config.path())) {
            throw new IOException("there is a file of that name, which is no socket");
        }
    }

    private static Path folder(Path path) {
        return Objects.requireNonNull(path.toAbsolutePath().getParent(), "a root is no socket");
    }

    private static boolean isSocket(Path path) throws IOException {
        Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return mode instanceof Integer bits && (bits & TYPE_MASK) == SOCKET;
    }

    /**
     * Whether somebody listens there. What a killed broker has left is a file at which nobody answers.
     *
     * @throws IOException when it cannot be told, for instance for want of the right to connect
     */
    public static boolean isAnswered(UnixSocketConfig config) throws IOException {
        if (!Files.exists(config.path(), LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false); // A listener that is busy is one too.
            boolean unused = probe.connect(UnixDomainSocketAddress.of(config.path()));
            return true;
        } catch (ConnectException e) {
            return false;
        }
    }

    /** Where to bind. */
    Path hidden() {
        return hidden;
    }

    /** The socket is bound: it gets its rights and comes to its place. */
    void publish() throws IOException {
        Files.setPosixFilePermissions(hidden, config.mode());
        key = Files.readAttributes(hidden, BasicFileAttributes.class).fileKey();
        Files.move(hidden, config.path(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        clear();
    }

    /** Takes away what was only needed to bind. */
    void clear() throws IOException {
        Files.deleteIfExists(hidden);
        Files.deleteIfExists(folder(hidden));
    }

    /** Nobody listens any more: the file goes, unless another one has come to its place. */
    void remove() throws IOException {
        try {
            Path path = config.path();
            BasicFileAttributes there =
                    Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (Objects.equals(there.fileKey(), key)) {
                Files.delete(path);
            }
        } catch (NoSuchFileException e) {
            key = null; // Somebody has taken it away already.
        }
    }

    /** The attribute of a connection that came in by such a socket. */
    static AttributeKey<UnixSocketConfig> cameBy() {
        return CAME_BY;
    }

    /** The socket that a connection came in by, null for one that came over a network. */
    static @Nullable UnixSocketConfig of(Channel channel) {
        return channel.hasAttr(CAME_BY) ? channel.attr(CAME_BY).get() : null;
    }
}
