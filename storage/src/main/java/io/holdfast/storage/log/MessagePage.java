// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.util.Arrays;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The messages that a page of queue entries refers to, read in the order of their ids: neighbours come from one cursor,
 * which costs a tenth of looking each one up. Keeps a bounded number of bytes; what does not fit is read when it is asked
 * for. Not thread-safe.
 */
public final class MessagePage {
    /** Ids this close are read by one cursor, over what lies between. */
    private static final int GAP_MAX = 8;

    private static final int CURSOR_ROWS_MIN = 4;

    private final RowReader store;
    private final long bytesMax;
    private final Long2ObjectHashMap<byte[]> records = new Long2ObjectHashMap<>();
    private long bytes;

    /** A page of no messages that keeps at most so many bytes of them. */
    public MessagePage(RowReader store, long bytesMax) {
        this.store = store;
        this.bytesMax = bytesMax;
    }

    /** Reads the messages with the first {@code count} of these ids, in any order and with repeats; forgets the others. */
    public void load(long[] ids, int count) {
        records.clear();
        bytes = 0;
        long[] sorted = Arrays.copyOf(ids, count);
        Arrays.sort(sorted);
        for (int from = 0; from < count && bytes < bytesMax; ) {
            int end = from + 1;
            while (end < count && sorted[end] - sorted[end - 1] <= GAP_MAX) {
                end++;
            }
            if (end - from >= CURSOR_ROWS_MIN) {
                scan(sorted, from, end);
            }
            from = end;
        }
    }

    private void scan(long[] ids, int from, int end) {
        int at = from;
        byte[] first = Keys.number(ids[from]);
        try (RowCursor rows = store.cursor(Table.MESSAGE, first, Keys.number(ids[end - 1] + 1))) {
            while (at < end && bytes < bytesMax && rows.next()) {
                long id = Keys.number(rows.key());
                while (at < end && ids[at] < id) {
                    at++;
                }
                if (at < end && ids[at] == id) {
                    keep(id, rows);
                }
            }
        } catch (DamagedRowException e) {
            return; // The others of them are read when they are asked for.
        }
    }

    private void keep(long id, RowCursor row) {
        try {
            byte[] record = row.record();
            records.put(id, record);
            bytes += record.length;
        } catch (DamagedRowException e) {
            // Whoever asks for this message reads it once more and hears of the damage.
            records.remove(id);
        }
    }

    /**
     * The record of a message; null when it is not in the store.
     *
     * @throws DamagedRowException when its checksum does not fit
     */
    public byte @Nullable [] record(long id) {
        byte[] record = records.get(id);
        return record == null ? store.get(Table.MESSAGE, Keys.number(id)) : record;
    }
}
