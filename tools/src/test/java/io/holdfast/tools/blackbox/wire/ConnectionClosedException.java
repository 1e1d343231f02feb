// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.wire;

import java.io.IOException;

/** The broker closed the connection, in an orderly way or by a reset, or its process is gone. */
public final class ConnectionClosedException extends IOException {
    private static final long serialVersionUID = 1L;

    ConnectionClosedException(String message) {
        super(message);
    }

    ConnectionClosedException(String message, IOException cause) {
        super(message, cause);
    }
}
