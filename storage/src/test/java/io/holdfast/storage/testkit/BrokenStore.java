// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.testkit;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.record.InflightRecord;
import io.holdfast.storage.record.LogEntry;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowStore;
import java.util.Arrays;
import java.util.Locale;

/**
 * A store that breaks one promise on purpose, under a broker that is otherwise whole: proof that the tests of durability
 * can fail.
 */
public final class BrokenStore extends ForwardingStore {
    /** What is broken; the names are those of {@code -Dholdfast.break}. */
    public enum Rule {
        /** Replies leave although nothing was synced. */
        ACK_BEFORE_SYNC,
        /** Inbound QoS 2 packet identifiers never reach the disk. */
        INBOUND_IDS,
        /** The marks of released (PUBREC) outbound messages never reach the disk. */
        RELEASED_MARKS;

        /** The rule with this name in kebab case. */
        public static Rule of(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }

    private final Rule rule;

    public BrokenStore(RowStore store, Rule rule) {
        super(store);
        this.rule = rule;
    }

    @Override
    public void write(RowBatch batch) {
        store.write(rule == Rule.ACK_BEFORE_SYNC ? batch : rewritten(batch));
    }

    private RowBatch rewritten(RowBatch batch) {
        RowBatch copy = new RowBatch();
        new BatchReader(batch.serialised()).forEach(new BatchReader.Rows() {
            @Override
            public void put(Table table, byte[] key, byte[] value) {
                byte[] record = Arrays.copyOf(value, value.length - RowBatch.CRC_BYTES);
                copy.put(table, key, forget(table, record));
            }

            @Override
            public void delete(Table table, byte[] key) {
                copy.delete(table, key);
            }

            @Override
            public void deleteRange(Table table, byte[] from, byte[] to) {
                copy.deleteRange(table, from, to);
            }
        });
        return copy;
    }

    private byte[] forget(Table table, byte[] record) {
        try {
            boolean inbound = rule == Rule.INBOUND_IDS;
            return switch (table) {
                case LOG -> {
                    LogEntry.Builder entry = LogEntry.parseFrom(record).toBuilder();
                    yield (inbound ? entry.clearInboundAdded() : entry.clearReleased())
                            .build()
                            .toByteArray();
                }
                case INFLIGHT -> {
                    InflightRecord.Builder row = InflightRecord.parseFrom(record).toBuilder();
                    yield (inbound ? row.clearInbound() : row.clearReleased())
                            .build()
                            .toByteArray();
                }
                default -> record;
            };
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("row of table " + table.familyName() + " cannot be read", e);
        }
    }

    @Override
    public void sync() {
        if (rule != Rule.ACK_BEFORE_SYNC) {
            store.sync();
        }
    }
}
