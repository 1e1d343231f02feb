// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;

/** The lines of a file that says who may do what: readable, text, and not open for everybody to write. */
public final class FileText {
    private FileText() {}

    /**
     * Reads a file.
     *
     * @param advice what to do when there is no such file
     * @throws AccessFileException when it cannot be used
     */
    public static List<String> lines(Path file, String advice) throws AccessFileException {
        try {
            List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
            boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
            if (posix && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_WRITE)) {
                throw new AccessFileException(
                        file, "every user of this machine may write to it; take that right away: chmod o-w " + file);
            }
            return lines;
        } catch (AccessFileException e) {
            throw e;
        } catch (NoSuchFileException e) {
            throw new AccessFileException(file, "there is no such file; " + advice, e);
        } catch (CharacterCodingException e) {
            throw new AccessFileException(file, "is not UTF-8 text", e);
        } catch (IOException e) {
            throw new AccessFileException(file, "cannot be read (" + e.getMessage() + ")", e);
        }
    }
}
