// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import java.io.IOException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

/** What turned out to be wrong while a store was read: printed where it was met, each row once, and counted. */
final class Damage {
    private final DumpOutput out;
    private final Set<String> seen = new HashSet<>();

    Damage(DumpOutput out) {
        this.out = out;
    }

    void row(DamagedRowException row) throws IOException {
        if (seen.add(row.table() + HexFormat.of().formatHex(row.key()))) {
            out.damaged(row);
        }
    }

    void finding(String sentence) throws IOException {
        if (seen.add(sentence)) {
            out.finding(sentence);
        }
    }

    boolean isAny() {
        return !seen.isEmpty();
    }

    /** The record of the row a cursor stands on, as a message. */
    static <M extends Message> M parse(Table table, RowCursor row, Parser<M> parser) {
        return parse(table, row.key(), row.record(), parser);
    }

    static <M extends Message> M parse(Table table, byte[] key, byte[] record, Parser<M> parser) {
        try {
            return parser.parseFrom(record);
        } catch (InvalidProtocolBufferException e) {
            throw new DamagedRowException(
                    table, key, record, "its checksum fits, but it is no record of this table: " + e.getMessage(), e);
        }
    }
}
