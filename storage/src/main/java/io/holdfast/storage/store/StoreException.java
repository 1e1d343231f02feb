// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import org.jspecify.annotations.Nullable;

/** The store could not do what was asked. The message is one sentence for the operator: what, where, what to do. */
public class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
