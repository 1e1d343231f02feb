// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How many kept sessions each user has, when that is limited; counted from their rows at a start. Any thread. */
final class SessionCounts {
    private final int max;
    private final Map<String, Integer> counts = new ConcurrentHashMap<>();

    /**
     * Counts what is in the store; reads nothing when there is no limit.
     *
     * @param max sessions of one user, 0 for no limit
     */
    SessionCounts(int max, RowReader store) {
        this.max = max;
        if (max > 0) {
            try (RowCursor rows = store.cursor(Table.SESSION, Keys.number(0), Keys.end())) {
                while (rows.nextReadable(damage -> {})) { // Nobody can use those either.
                    String owner = owner(rows);
                    if (!owner.isEmpty()) {
                        counts.merge(owner, 1, Integer::sum);
                    }
                }
            }
        }
    }

    /** Empty when a session has none, or when its row is damaged: then nobody can use it either. */
    private static String owner(RowCursor row) {
        try {
            return SessionRecord.parseFrom(row.record()).getOwner();
        } catch (DamagedRowException | InvalidProtocolBufferException e) {
            return "";
        }
    }

    /** One more of this user; false when that is one too many. */
    boolean take(String user) {
        if (max == 0) {
            return true;
        }
        boolean[] taken = new boolean[1];
        counts.compute(user, (name, count) -> {
            int now = count == null ? 0 : count;
            taken[0] = now < max;
            return taken[0] ? Integer.valueOf(now + 1) : count;
        });
        return taken[0];
    }

    /** One less. */
    void give(String user) {
        if (max > 0) {
            counts.computeIfPresent(user, (name, count) -> count == 1 ? null : Integer.valueOf(count - 1));
        }
    }
}
