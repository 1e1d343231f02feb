// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.record.ClientRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.collections.LongArrayList;
import org.agrona.collections.LongHashSet;

/**
 * Sessions whose own row stands in a part of a table's file that cannot be read, so that only other tables know of them:
 * their messages have to stay, and their clients must not begin anew.
 */
public final class HiddenSessions {
    private final RowReader store;
    private final LongHashSet known = new LongHashSet();
    private final Map<Long, String> hidden = new TreeMap<>();

    private HiddenSessions(RowReader store, LongArrayList readable) {
        this.store = store;
        known.addAll(readable);
    }

    /**
     * Looks for them; reads three tables, so only once damage has been met.
     *
     * @param readable the numbers of the sessions whose rows can be read
     * @return the others' numbers with their client identifiers, empty where nobody knows it
     */
    public static Map<Long, String> find(RowReader store, LongArrayList readable) {
        HiddenSessions search = new HiddenSessions(store, readable);
        search.clients();
        search.numbered(Table.SUBSCRIPTION);
        search.numbered(Table.INFLIGHT);
        return search.hidden;
    }

    private void clients() {
        try (RowCursor rows = store.cursor(Table.CLIENT, Keys.text(new byte[0]), Keys.end())) {
            while (rows.nextReadable(damage -> {})) {
                long number = session(rows);
                if (number != 0) {
                    look(number, new String(Keys.textBytes(rows.key()), StandardCharsets.UTF_8));
                }
            }
        }
    }

    /** Zero for a damaged row: another table tells of its session, without its client. */
    private static long session(RowCursor client) {
        try {
            return ClientRecord.parseFrom(client.record()).getSession();
        } catch (DamagedRowException | InvalidProtocolBufferException e) {
            return 0;
        }
    }

    private void numbered(Table table) {
        try (RowCursor rows = store.cursor(table, Keys.number(0), Keys.end())) {
            while (rows.nextReadable(damage -> {})) {
                look(Keys.number(rows.key()), "");
            }
        }
    }

    private void look(long number, String clientId) {
        if (!known.add(number)) {
            return;
        }
        try {
            // A row that is not there belongs to a session that has ended.
            store.get(Table.SESSION, Keys.number(number));
        } catch (DamagedRowException e) {
            hidden.put(number, clientId);
        }
    }
}
