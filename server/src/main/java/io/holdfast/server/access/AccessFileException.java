// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file that says who may do what cannot be used. At a start the broker does not start; at a reload what was read before
 * stays in force: it never fails open (T33). The message is one sentence: file and line, what is wrong, what would be right.
 */
public final class AccessFileException extends IOException {
    private static final long serialVersionUID = 1;

    /** About the whole file. */
    public AccessFileException(Path file, String what) {
        this(file, what, null);
    }

    /** About the whole file, with what caused it. */
    public AccessFileException(Path file, String what, @Nullable Throwable cause) {
        super(file + ": " + what, cause);
    }

    /** About one line, counted from 1. */
    public AccessFileException(Path file, int line, String what) {
        super(file + ":" + line + ": " + what);
    }
}
