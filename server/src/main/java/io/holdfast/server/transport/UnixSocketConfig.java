// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Where a Unix-domain socket listens, and who may connect: connecting takes the right to write.
 *
 * @param path of the socket's file
 * @param mode the rights of that file
 */
public record UnixSocketConfig(Path path, Set<PosixFilePermission> mode) {
    /** An address of Linux has 108 bytes, of which the last is a NUL. */
    private static final int PATH_BYTES_MAX = 107;

    private static final PosixFilePermission[] BITS = {
        PosixFilePermission.OTHERS_EXECUTE,
        PosixFilePermission.OTHERS_WRITE,
        PosixFilePermission.OTHERS_READ,
        PosixFilePermission.GROUP_EXECUTE,
        PosixFilePermission.GROUP_WRITE,
        PosixFilePermission.GROUP_READ,
        PosixFilePermission.OWNER_EXECUTE,
        PosixFilePermission.OWNER_WRITE,
        PosixFilePermission.OWNER_READ
    };

    /**
     * Checks the length of the path.
     *
     * @throws IllegalArgumentException with half a sentence that says what is wrong with it
     */
    public UnixSocketConfig {
        mode = Collections.unmodifiableSet(EnumSet.copyOf(mode));
        Path bound = UnixSocketFile.hidden(path);
        int excess = Math.max(bytes(path), bytes(bound)) - PATH_BYTES_MAX;
        if (excess > 0) {
            throw new IllegalArgumentException(
                    "is " + excess + (excess == 1 ? " byte" : " bytes") + " longer than the path of a socket can be");
        }
    }

    private static int bytes(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * Reads rights as {@code chmod} takes them, such as 0660.
     *
     * @throws IllegalArgumentException with half a sentence that says what is wrong with them
     */
    public static Set<PosixFilePermission> mode(String octal) {
        if (!octal.matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException("is '" + octal + "', but it must be three octal digits such as 0660");
        }
        int bits = Integer.parseInt(octal, 8);
        Set<PosixFilePermission> mode = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < BITS.length; i++) {
            if ((bits >> i & 1) == 1) {
                mode.add(BITS[i]);
            }
        }
        if (!mode.contains(PosixFilePermission.OWNER_WRITE)) {
            throw new IllegalArgumentException("is '" + octal + "', with which nobody could connect");
        }
        return mode;
    }

    /** As an operator writes it. */
    public String place() {
        return "unix:" + path;
    }
}
