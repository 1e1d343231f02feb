// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.Table;
import java.util.HexFormat;

/** A row whose checksum does not fit its key and record (C33). */
public final class DamagedRowException extends StoreException {
    private static final long serialVersionUID = 1;

    private final transient Table table;
    private final transient byte[] key;

    public DamagedRowException(Table table, byte[] key) {
        super(
                "damaged row in " + table.familyName() + ", key "
                        + HexFormat.of().formatHex(key) + ": its checksum does not fit",
                null);
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
