// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.schema;

import java.util.Optional;

/**
 * The formats a store folder may have. Append-only: a version is added for every change that an older broker would
 * misread, with a paragraph that says what changed and what happens to older stores. New fields and tables that an older
 * broker may ignore need no version.
 */
public enum FormatVersion {
    /**
     * The first format: the tables of {@link Table} with ids 0 to 11, records followed by a CRC32C over key and record,
     * keys that begin with a 2-byte partition, one partition, RocksDB with manual flush of its write-ahead log.
     */
    V1(1),

    /**
     * A message in a log row may say that its recipients are those of an earlier one: an older broker would take that for
     * no recipients. Older stores are read as they are and become this version when a broker opens them.
     */
    V2(2);

    /** What this broker writes into a new store. */
    public static final FormatVersion NEWEST = V2;

    private final int number;

    FormatVersion(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** The version with this number, empty when it comes from a newer broker. */
    public static Optional<FormatVersion> of(int number) {
        for (FormatVersion version : values()) {
            if (version.number == number) {
                return Optional.of(version);
            }
        }
        return Optional.empty();
    }
}
