// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.Table;
import java.nio.file.Path;

/** What can be done to a whole store on which no broker runs. */
public final class StoreUpkeep {
    private StoreUpkeep() {}

    /**
     * Makes an older store one of the newest format, as every opening for writing does.
     *
     * @throws StoreException when it cannot be opened
     */
    public static void upgrade(Path folder) {
        StoreFolder.open(folder, StoreOptions.defaults()).close();
    }

    /**
     * Writes all tables anew, without rows that were removed.
     *
     * @throws StoreException when it cannot be opened or written
     */
    public static void compact(Path folder) {
        try (StoreFolder store = StoreFolder.open(folder, StoreOptions.defaults())) {
            store.rows().flush();
            for (Table table : Table.values()) {
                store.rows().compact(table);
            }
        }
    }
}
