// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport.tls;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** TLS cannot be spoken as it is configured: a file is missing, empty, wrong, expired or does not fit another. */
public final class TlsException extends IOException {
    private static final long serialVersionUID = 1L;

    TlsException(String sentence) {
        this(sentence, null);
    }

    TlsException(String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
    }
}
