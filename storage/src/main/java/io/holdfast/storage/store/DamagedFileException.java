// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import org.jspecify.annotations.Nullable;

/**
 * The store failed over a part of a table file that cannot be read, as when RocksDB merges files in the background. It
 * would fail again as soon as it does the same.
 */
public final class DamagedFileException extends StoreException {
    private static final long serialVersionUID = 1;

    public DamagedFileException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
