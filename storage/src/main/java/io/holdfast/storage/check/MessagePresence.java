// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.check;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.util.Arrays;
import org.agrona.collections.LongHashSet;

/** Whether the messages that queues refer to are there: asked for many at once, in the order of their ids. */
final class MessagePresence {
    private static final int PAGE = 16_384;
    /** Ids this close are looked for with one cursor. */
    private static final int GAP_MAX = 32;

    private final RowReader store;
    private final CheckListener out;
    private final long[] ids = new long[PAGE];
    private final long[] sessions = new long[PAGE];
    private final long[] indexes = new long[PAGE];
    private int size;

    MessagePresence(RowReader store, CheckListener out) {
        this.store = store;
        this.out = out;
    }

    void expect(long id, long session, long index) {
        ids[size] = id;
        sessions[size] = session;
        indexes[size] = index;
        if (++size == PAGE) {
            flush();
        }
    }

    /** Looks for what was asked since the last time. */
    void flush() {
        LongHashSet missing = missing();
        for (int i = 0; i < size && !missing.isEmpty(); i++) {
            if (missing.contains(ids[i])) {
                out.found(Finding.damage(
                        Check.MESSAGE,
                        Table.MESSAGE,
                        Keys.number(ids[i]),
                        sessions[i],
                        "message " + ids[i] + ", index " + indexes[i] + " of this session, is not in the store"));
            }
        }
        size = 0;
    }

    private LongHashSet missing() {
        long[] sorted = Arrays.copyOf(ids, size);
        Arrays.sort(sorted);
        LongHashSet missing = new LongHashSet();
        for (int from = 0; from < size; ) {
            int end = from + 1;
            while (end < size && sorted[end] - sorted[end - 1] <= GAP_MAX) {
                end++;
            }
            look(sorted, from, end, missing);
            from = end;
        }
        return missing;
    }

    private void look(long[] sorted, int from, int end, LongHashSet missing) {
        if (sorted[from] == sorted[end - 1]) {
            if (isMissing(sorted[from])) {
                missing.add(sorted[from]);
            }
            return;
        }
        int at = from;
        byte[] first = Keys.number(sorted[from]);
        try (RowCursor rows = store.cursor(Table.MESSAGE, first, Keys.number(sorted[end - 1] + 1))) {
            while (at < end && rows.next()) {
                long id = Keys.number(rows.key());
                for (; at < end && sorted[at] <= id; at++) {
                    if (sorted[at] < id) {
                        missing.add(sorted[at]);
                    }
                }
            }
        } catch (DamagedRowException e) {
            for (; at < end; at++) {
                if (isMissing(sorted[at])) {
                    missing.add(sorted[at]);
                }
            }
        }
        for (; at < end; at++) {
            missing.add(sorted[at]);
        }
    }

    private boolean isMissing(long id) {
        try {
            return store.get(Table.MESSAGE, Keys.number(id)) == null;
        } catch (DamagedRowException e) {
            return false; // It is there; that it is damaged is told with the rows of its table.
        }
    }
}
