// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.server.transport.Printable;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowReader;
import io.holdfast.storage.store.StoreException;

/** How a session is named to operators when something is wrong with its rows: by its client, if that can be read. */
final class SessionName {
    private SessionName() {}

    /** For instance {@code session 513 of client "meter-7"}. Any thread; one read of the store. */
    static String of(RowReader store, long number) {
        String name = "session " + number;
        try {
            byte[] record = store.get(Table.SESSION, Keys.number(number));
            return record == null
                    ? name
                    : name + " of client "
                            + Printable.quoted(SessionRecord.parseFrom(record).getClientId());
        } catch (StoreException | InvalidProtocolBufferException e) {
            return name + ", whose client cannot be told from its row,";
        }
    }
}
