// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import java.io.IOException;

/** A listener cannot listen where it was told to. */
public final class ListenException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String listener;

    ListenException(String listener, String sentence, Throwable cause) {
        super(sentence, cause);
        this.listener = listener;
    }

    /** The listener's name. */
    public String listener() {
        return listener;
    }
}
