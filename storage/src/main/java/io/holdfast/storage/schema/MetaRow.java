// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.schema;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.holdfast.storage.record.CleanStop;
import io.holdfast.storage.record.NextSession;
import io.holdfast.storage.record.StoreMeta;
import java.util.Arrays;

/** The rows of {@link Table#META}, one each. */
public enum MetaRow {
    /** {@code StoreMeta}: who made this store, in which format. Written once, at its creation. */
    STORE("store", StoreMeta.parser()),
    /** {@code NextSession}: in every batch that makes a session, so that no number is used twice (C09). */
    NEXT_SESSION("next-session", NextSession.parser()),
    /** {@code CleanStop}: present only while the store lies closed after a clean stop. */
    CLEAN_STOP("clean-stop", CleanStop.parser());

    private final String rowName;
    private final Parser<? extends Message> parser;

    MetaRow(String rowName, Parser<? extends Message> parser) {
        this.rowName = rowName;
        this.parser = parser;
    }

    static MetaRow of(byte[] key) throws InvalidProtocolBufferException {
        for (MetaRow row : values()) {
            if (Arrays.equals(row.key(), key)) {
                return row;
            }
        }
        throw new InvalidProtocolBufferException("no meta row has this name");
    }

    public String rowName() {
        return rowName;
    }

    public byte[] key() {
        return Keys.meta(rowName);
    }

    Parser<? extends Message> parser() {
        return parser;
    }
}
