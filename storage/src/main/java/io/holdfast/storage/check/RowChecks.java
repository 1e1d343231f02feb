// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.check;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.StoreException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Every row by itself: its key, its checksum, its record; and what {@link References} makes of it. */
final class RowChecks {
    /** Behind every key, also behind those of partitions that there are not. */
    private static final int END_BYTES = 64;

    private final Ground ground;
    private final Depth depth;
    private final References references;

    RowChecks(Ground ground, Depth depth) {
        this.ground = ground;
        this.depth = depth;
        references = new References(ground);
    }

    void table(Table table) {
        byte[] end = new byte[END_BYTES];
        Arrays.fill(end, (byte) 0xff);
        byte[] key = null;
        try (RowCursor rows = ground.store().cursor(table, new byte[0], end)) {
            while (rows.nextReadable(damage -> unreadable(table, damage.key(), damage))) {
                ground.out().step();
                key = rows.key();
                row(table, key, rows);
            }
        } catch (StoreException e) {
            unreadable(table, key == null ? new byte[0] : key, e);
        }
    }

    private void unreadable(Table table, byte[] key, StoreException cause) {
        String what = "rows of the table cannot be read from or behind this key on: " + cause.getMessage();
        ground.out().found(Finding.damage(Check.BLOCK, table, key.length == 0 ? null : key, 0, what));
    }

    private void row(Table table, byte[] key, RowCursor row) {
        String flaw = KeyShapes.flaw(table, key);
        if (flaw != null) {
            ground.out().found(Finding.damage(Check.KEY, table, key, 0, "a key of this table cannot be so: " + flaw));
            return;
        }
        if (table == Table.MESSAGE && depth == Depth.QUICK) {
            position(table, key);
            return;
        }
        Message record = record(table, key, row);
        if (record == null) {
            return;
        }
        position(table, key);
        references.row(table, key, record);
    }

    private void position(Table table, byte[] key) {
        if (table == Table.MESSAGE && Keys.number(key) > ground.head()) {
            ground.out()
                    .found(Finding.damage(
                            Check.POSITION,
                            table,
                            key,
                            0,
                            "message " + Keys.number(key) + " is behind the end of the log, " + ground.head()));
        }
    }

    private @Nullable Message record(Table table, byte[] key, RowCursor row) {
        long session = session(table, key);
        byte[] record;
        try {
            record = row.record();
        } catch (DamagedRowException e) {
            ground.out().found(Finding.damage(Check.CHECKSUM, table, key, session, e.reason()));
            return null;
        }
        try {
            return table.parse(key, record);
        } catch (InvalidProtocolBufferException e) {
            String what = "its checksum fits, but it is no record of this table: " + e.getMessage();
            ground.out().found(Finding.damage(Check.RECORD, table, key, session, what));
            return null;
        }
    }

    /** The session that a row belongs to, 0 when its table is not sorted by sessions. */
    private static long session(Table table, byte[] key) {
        return switch (table) {
            case SESSION, INFLIGHT, QUEUE, SUBSCRIPTION, WILL -> Keys.number(key);
            case TIMER -> Keys.timerSession(key);
            case META, MESSAGE, LOG, CLIENT, RETAINED, TOPIC -> 0;
        };
    }
}
