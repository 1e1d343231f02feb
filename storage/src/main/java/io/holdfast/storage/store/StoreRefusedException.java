// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import org.jspecify.annotations.Nullable;

/** A folder that is not opened, and why. The folder is as it was: nothing in it was changed, unless the reason says so. */
public final class StoreRefusedException extends StoreException {
    private static final long serialVersionUID = 1;

    /** Exit code when the folder is fine but in use. */
    private static final int EXIT_IN_USE = 5;
    /** Exit code when the folder cannot serve: wrong place or wrong rights. */
    private static final int EXIT_UNUSABLE = 6;
    /** Exit code when the store needs a newer program. */
    private static final int EXIT_NEWER = 7;
    /** Exit code when data is damaged, as of the checking tools. */
    private static final int EXIT_DAMAGED = 4;

    /** Why a folder was refused; names are stable, for scripts and tests. */
    public enum Reason {
        NOT_A_FOLDER(EXIT_UNUSABLE),
        SYMBOLIC_LINK(EXIT_UNUSABLE),
        NO_ACCESS(EXIT_UNUSABLE),
        /** Something else lives there. */
        FOREIGN(EXIT_UNUSABLE),
        NO_SPACE(EXIT_UNUSABLE),
        NEWER_FORMAT(EXIT_NEWER),
        LOCKED(EXIT_IN_USE),
        /** The files do not belong together, or one that must be there is missing. */
        WRONG_META(EXIT_DAMAGED),
        /** The database cannot be opened. */
        DAMAGED(EXIT_DAMAGED),
        /** The database can be opened, but rows that were acknowledged are missing at its end. */
        LOG_DAMAGED(EXIT_DAMAGED);

        private final int exitCode;

        Reason(int exitCode) {
            this.exitCode = exitCode;
        }

        /** What a program that was refused ends with. */
        public int exitCode() {
            return exitCode;
        }
    }

    private final Reason reason;

    StoreRefusedException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    StoreRefusedException(Reason reason, String message) {
        this(reason, message, null);
    }

    public Reason reason() {
        return reason;
    }
}
