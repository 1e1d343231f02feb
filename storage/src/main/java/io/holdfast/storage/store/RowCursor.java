// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

/** A walk over rows in key order; starts before the first row. Close it on the thread that used it. */
public interface RowCursor extends AutoCloseable {
    /**
     * Goes to the next row, if there is one.
     *
     * @throws DamagedRowException when a part of the table's file cannot be read; the walk has ended
     */
    boolean next();

    byte[] key();

    /**
     * The record without its checksum.
     *
     * @throws DamagedRowException when the checksum does not fit; the walk can go on behind the row
     */
    byte[] record();

    @Override
    void close();
}
