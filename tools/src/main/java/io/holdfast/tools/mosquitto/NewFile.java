// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A text file that is made whole, checked under another name, and never in the place of one that is there. What is not
 * kept is gone when this is closed.
 */
final class NewFile implements AutoCloseable {
    private final Path target;
    private final Path written;

    private NewFile(Path target, String text, String rights) throws IOException {
        if (Files.exists(target)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        this.target = target;
        Path folder = target.toAbsolutePath().getParent();
        boolean posix = target.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights))}
                : new FileAttribute<?>[0];
        written = Files.createTempFile(folder, target.getFileName() + ".", ".tmp", attributes);
        Files.writeString(written, text);
    }

    /** One that only its owner may read. */
    static NewFile secret(Path target, String text) throws IOException {
        return new NewFile(target, text, "rw-------");
    }

    /** One without secrets. */
    static NewFile readable(Path target, String text) throws IOException {
        return new NewFile(target, text, "rw-r--r--");
    }

    /** Where it is until it is kept. */
    Path written() {
        return written;
    }

    /**
     * Gives it its name.
     *
     * @throws FileAlreadyExistsException when there is such a file by now
     */
    void keep() throws IOException {
        Files.move(written, target);
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(written);
    }
}
