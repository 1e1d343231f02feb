// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.schema;

import com.google.protobuf.Message;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Fields of a record that a newer minor version has written and this one does not know. Whoever writes such a record anew
 * from what it read keeps them; a record that takes the place of another one begins without.
 */
public final class UnknownFields {
    private UnknownFields() {}

    /** The unknown fields of a record as they are on the wire; null when there are none. */
    public static byte @Nullable [] of(Message record) {
        return record.getUnknownFields().getSerializedSize() == 0
                ? null
                : record.getUnknownFields().toByteArray();
    }

    /** A record with such fields behind its own. */
    public static byte[] kept(byte[] record, byte @Nullable [] unknown) {
        if (unknown == null) {
            return record;
        }
        byte[] whole = Arrays.copyOf(record, record.length + unknown.length);
        System.arraycopy(unknown, 0, whole, record.length, unknown.length);
        return whole;
    }
}
