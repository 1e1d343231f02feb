// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import org.jspecify.annotations.Nullable;

/** A setting is unknown or has an impossible value. The message is one sentence: where, what, and what would be right. */
public final class ConfigurationException extends Exception {
    private static final long serialVersionUID = 1;

    ConfigurationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    ConfigurationException(String message) {
        this(message, null);
    }
}
