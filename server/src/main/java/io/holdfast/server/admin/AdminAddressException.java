// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import java.io.IOException;

/** The admin endpoint cannot listen where it was told to. */
public final class AdminAddressException extends IOException {
    private static final long serialVersionUID = 1L;

    AdminAddressException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
