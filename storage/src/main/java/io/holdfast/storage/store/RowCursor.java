// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.util.function.Consumer;

/** A walk over rows in key order; starts before the first row. Close it on the thread that used it. */
public interface RowCursor extends AutoCloseable {
    /**
     * Goes to the next row, if there is one.
     *
     * @throws DamagedRowException when a part of the table's file cannot be read, behind the key it names; the walk has
     *     ended, unless {@link #goRound} finds a way
     */
    boolean next();

    /**
     * After {@link #next} has thrown: finds where the table can be read again, behind the last row whose key was asked for.
     *
     * @return false when there is nothing more that can be read, or when this walk does not go round damage
     */
    default boolean goRound() {
        return false;
    }

    /** As {@link #next}, but goes round what cannot be read, of which the consumer hears. */
    default boolean nextReadable(Consumer<DamagedRowException> damaged) {
        while (true) {
            try {
                return next();
            } catch (DamagedRowException e) {
                damaged.accept(e);
                if (!goRound()) {
                    return false;
                }
            }
        }
    }

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
