// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

/** Hears how far a copy has come. On the copying thread. */
@FunctionalInterface
public interface CopyListener {
    /** Nobody listens. */
    CopyListener NONE = bytes -> {};

    /** So many more bytes are copied. */
    void copied(long bytes);
}
