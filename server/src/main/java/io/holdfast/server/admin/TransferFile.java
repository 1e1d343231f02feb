// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A file of the broker's machine that an operator names, by its absolute path. */
final class TransferFile {
    private static final int BUFFER_BYTES = 1 << 16;

    private TransferFile() {}

    /**
     * The path in a parameter.
     *
     * @throws AdminException when it is none that can be used
     */
    static Path path(AdminRequest request, String parameter, String what) {
        String text = request.text(parameter);
        try {
            Path path = Path.of(text == null ? "" : text);
            if (path.isAbsolute()) {
                return path;
            }
        } catch (InvalidPathException e) {
            // Answered below, as a path that cannot be used.
        }
        throw AdminRequest.bad(parameter + " must be the absolute path of " + what);
    }

    /** Makes a file that only the broker's user may read. */
    static Writer create(Path file) throws IOException {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] rights = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        try {
            Files.createFile(file, rights);
        } catch (FileAlreadyExistsException e) {
            throw new AdminException(AdminException.CONFLICT, file + " is there already; name a new file");
        }
        FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.WRITE));
        return new BufferedWriter(
                new OutputStreamWriter(Channels.newOutputStream(channel), StandardCharsets.UTF_8), BUFFER_BYTES);
    }

    /** Brings what was written to disk. */
    static void sync(Path file, Writer out) throws IOException {
        out.flush();
        try (FileChannel written = FileChannel.open(file, StandardOpenOption.WRITE)) {
            written.force(true);
        }
    }
}
