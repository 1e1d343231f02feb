// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.admin;

/** A request that brought no answer to print; the message is one sentence, the code is the process's. */
public final class AdminCallException extends Exception {
    private static final long serialVersionUID = 1L;

    /** The broker refused it, or does not know the client. */
    static final int EXIT_REFUSED = 1;

    public static final int EXIT_NO_BROKER = 3;

    private final int exitCode;

    AdminCallException(int exitCode, String sentence) {
        super(sentence);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
