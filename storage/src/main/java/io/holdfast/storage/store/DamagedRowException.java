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
    private final transient byte[] value;
    private final String reason;

    public DamagedRowException(Table table, byte[] key) {
        this(table, key, new byte[0]);
    }

    /** A row whose checksum does not fit, with its value as it lies on disk. */
    public DamagedRowException(Table table, byte[] key, byte[] value) {
        this(table, key, value, "its checksum does not fit", null);
    }

    /** A row whose value cannot be read at all. */
    public DamagedRowException(Table table, byte[] key, String reason, @Nullable Throwable cause) {
        this(table, key, new byte[0], reason, cause);
    }

    /** As above with what could be read, and a reason, which goes on behind a colon. */
    public DamagedRowException(Table table, byte[] key, byte[] value, String reason, @Nullable Throwable cause) {
        super("damaged row in " + table.familyName() + ", key " + HexFormat.of().formatHex(key) + ": " + reason, cause);
        this.table = table;
        this.key = key;
        this.value = value;
        this.reason = reason;
    }

    public Table table() {
        return table;
    }

    public byte[] key() {
        return key;
    }

    /** What could be read of the row: its record, in most cases with the checksum; empty when nothing. */
    public byte[] value() {
        return value;
    }

    public String reason() {
        return reason;
    }
}
