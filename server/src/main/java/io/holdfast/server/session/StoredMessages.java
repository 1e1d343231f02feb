// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.storage.log.Message;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowReader;
import org.jspecify.annotations.Nullable;

/** Stored messages by id, for queues that are longer than what is in memory. Any thread that may read the store. */
public interface StoredMessages {
    /** The message, or null when its row is gone or damaged: a message that cannot be read is as lost as one not there. */
    @Nullable
    Message read(long id);

    /** Reads each message by itself. */
    static StoredMessages of(RowReader store) {
        return id -> {
            try {
                byte[] record = store.get(Table.MESSAGE, Keys.number(id));
                return record == null ? null : Message.parse(record);
            } catch (DamagedRowException e) {
                return null;
            }
        };
    }
}
