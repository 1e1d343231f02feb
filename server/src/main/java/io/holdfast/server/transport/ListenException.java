// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import java.io.IOException;

/** A listener cannot listen where it was told to. */
public final class ListenException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String listener;
    private final boolean path;

    ListenException(ListenerConfig config, String sentence, Throwable cause) {
        super(sentence, cause);
        listener = config.name();
        path = config.type() == ListenerType.UNIX;
    }

    /** Whether it was to listen at a path. */
    public boolean isPath() {
        return path;
    }

    /** The settings that say where it was to listen. */
    public String settings() {
        return "listeners." + listener + (path ? ".path" : ".port or .bind");
    }

    /** The listener's name. */
    public String listener() {
        return listener;
    }
}
