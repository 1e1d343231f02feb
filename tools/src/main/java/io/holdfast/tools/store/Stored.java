// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.log.Message;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;

/** Messages as they stand in rows of several tables. */
final class Stored {
    private Stored() {}

    /**
     * A message whose record stands in a row.
     *
     * @throws DamagedRowException when the bytes are no message
     */
    static Message message(Table table, byte[] key, byte[] record) {
        try {
            return Message.parse(record);
        } catch (IllegalArgumentException e) {
            throw new DamagedRowException(
                    table, key, record, "its checksum fits, but it holds no message: " + e.getMessage(), e);
        }
    }
}
