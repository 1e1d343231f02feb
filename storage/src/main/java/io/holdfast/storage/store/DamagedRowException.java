// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.Table;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A row that cannot be trusted: a checksum, its own or its block's, does not fit (C33), or it is none of its table. */
public final class DamagedRowException extends StoreException {
    private static final long serialVersionUID = 1;

    private final transient Table table;
    private final transient byte[] key;

    public DamagedRowException(Table table, byte[] key) {
        this(table, key, "its checksum does not fit", null);
    }

    /** As above with another reason, which goes on behind a colon. */
    public DamagedRowException(Table table, byte[] key, String reason, @Nullable Throwable cause) {
        super("damaged row in " + table.familyName() + ", key " + HexFormat.of().formatHex(key) + ": " + reason, cause);
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
