// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import io.holdfast.storage.log.Message;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import java.util.List;

/**
 * Takes expired retained messages off the disk (C31). Like a {@link RetainedSlice} it is built before all other steps of
 * its group: it judges what the groups before it left, and a new value in its own group stands behind its deletion.
 */
public final class RetainedExpiry extends CommitOp {
    /** The field of {@code RetainedRecord}. */
    private static final int MESSAGE = 2;

    private final List<byte[]> topics;

    /** @param topics in UTF-8, of retained messages that seem to have expired */
    public RetainedExpiry(List<byte[]> topics) {
        this.topics = topics;
    }

    @Override
    void apply(GroupBuilder group) {
        // Built in begin().
    }

    @Override
    void begin(GroupBuilder group) {
        for (byte[] topic : topics) {
            byte[] key = Keys.text(topic);
            byte[] record = group.read(Table.RETAINED, key);
            if (record != null && Message.within(record, MESSAGE).isExpired(group.timeMillis())) {
                group.batch().delete(Table.RETAINED, key); // [MQTT5-3.3.2-5]
            }
        }
    }

    /** Whether the message in a record of table {@code retained} has expired. */
    public static boolean isExpired(byte[] record, long nowMillis) {
        return Message.within(record, MESSAGE).isExpired(nowMillis);
    }
}
