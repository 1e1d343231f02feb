// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.Table;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A row whose checksum, or that of the block it lies in, does not fit (C33). */
public final class DamagedRowException extends StoreException {
    private static final long serialVersionUID = 1;

    private final transient Table table;
    private final transient byte[] key;

    public DamagedRowException(Table table, byte[] key) {
        this(table, key, "its checksum does not fit", null);
    }

    /** A row that cannot be read because the file around it is damaged. */
    DamagedRowException(Table table, byte[] key, String why, @Nullable Throwable cause) {
        super("damaged row in " + table.familyName() + ", key " + HexFormat.of().formatHex(key) + ": " + why, cause);
        this.table = table;
        this.key = key;
    }

    public Table table() {
        return table;
    }

    public byte[] key() {
        return key;
    }
}
