// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.check;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowReader;
import org.jspecify.annotations.Nullable;

/** Session rows by number; rows that refer to the same one mostly stand together, so the last one is kept. */
final class SessionLookup {
    private static final int NO_LEVEL = -1;

    /** Stands for a row that is there but cannot be read: told where its table is checked. */
    private static final SessionRecord UNREADABLE =
            SessionRecord.newBuilder().setProtocolLevel(NO_LEVEL).build();

    private final RowReader store;
    private long number;
    private @Nullable SessionRecord record;

    SessionLookup(RowReader store) {
        this.store = store;
    }

    static boolean isReadable(SessionRecord record) {
        return record.getProtocolLevel() != NO_LEVEL;
    }

    @Nullable
    SessionRecord find(long wanted) {
        if (wanted != number) {
            number = wanted;
            record = read(wanted);
        }
        return record;
    }

    private @Nullable SessionRecord read(long wanted) {
        try {
            byte[] row = store.get(Table.SESSION, Keys.number(wanted));
            return row == null ? null : SessionRecord.parseFrom(row);
        } catch (DamagedRowException | InvalidProtocolBufferException e) {
            return UNREADABLE;
        }
    }
}
