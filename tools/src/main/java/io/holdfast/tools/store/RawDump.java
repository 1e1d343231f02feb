// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import io.holdfast.storage.store.StoreException;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Rows as they lie in the store, one a line: table, key and record in hexadecimal, without any meaning put into them. A
 * row whose checksum does not fit has its value with the checksum, and says so.
 */
final class RawDump {
    private final RowReader store;
    private final Writer out;
    private final boolean keysOnly;
    private final long rowsMax;
    private final LongWork progress;

    RawDump(RowReader store, Writer out, boolean keysOnly, long rowsMax, LongWork progress) {
        this.store = store;
        this.out = out;
        this.keysOnly = keysOnly;
        this.rowsMax = rowsMax;
        this.progress = progress;
    }

    /**
     * Prints tables; {@code rowsMax} rows of each.
     *
     * @return whether everything could be read
     */
    boolean dump(Set<Table> tables) throws IOException {
        boolean sound = true;
        for (Table table : tables) {
            try {
                sound &= dump(table);
            } catch (StoreException e) {
                out.write("!! " + ScreenText.of(e.getMessage()) + "\n");
                sound = false;
            }
        }
        out.flush();
        return sound;
    }

    private boolean dump(Table table) throws IOException {
        boolean sound = true;
        try (RowCursor rows = store.cursor(table, Keys.text(new byte[0]), Keys.end())) {
            List<DamagedRowException> hidden = new ArrayList<>();
            for (long row = 0; row < rowsMax && rows.nextReadable(hidden::add); row++) {
                progress.step();
                byte[] key = rows.key();
                out.write(table.familyName() + " " + ScreenText.hex(key, 0, key.length));
                if (!keysOnly) {
                    sound &= value(rows);
                }
                out.write('\n');
            }
            for (DamagedRowException damage : hidden) {
                out.write("!! " + ScreenText.of(damage.getMessage()) + "\n");
            }
            sound &= hidden.isEmpty();
        }
        return sound;
    }

    private boolean value(RowCursor rows) throws IOException {
        try {
            byte[] record = rows.record();
            out.write(" " + ScreenText.hex(record, 0, record.length));
            return true;
        } catch (DamagedRowException e) {
            out.write(" " + ScreenText.hex(e.value(), 0, e.value().length) + " !! " + ScreenText.of(e.reason()));
            return false;
        }
    }
}
