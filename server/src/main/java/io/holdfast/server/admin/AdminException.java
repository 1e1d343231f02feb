// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

/** A request that is answered with an error. */
final class AdminException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    static final int BAD_REQUEST = 400;
    static final int NOT_FOUND = 404;
    static final int WRONG_METHOD = 405;
    static final int CONFLICT = 409;
    static final int INTERNAL = 500;
    static final int UNAVAILABLE = 503;

    private final int status;

    /** An answer with an HTTP status and one sentence. */
    AdminException(int status, String sentence) {
        super(sentence);
        this.status = status;
    }

    int status() {
        return status;
    }
}
