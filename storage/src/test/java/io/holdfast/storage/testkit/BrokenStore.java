// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.testkit;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.record.InflightRecord;
import io.holdfast.storage.record.LogEntry;
import io.holdfast.storage.record.StoredMessage;
import io.holdfast.storage.record.WillRecord;
import io.holdfast.storage.schema.BatchReader;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
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
        RELEASED_MARKS,
        /** What went from a shared group to a member, or back, never reaches the log. */
        GROUP_MOVES,
        /** Nothing on disk says when a will that waits is due. */
        WILL_TIMERS,
        /** Wills that are read back have no delay. */
        WILL_DELAYS,
        /** Messages that are read back do not expire. */
        MESSAGE_EXPIRY;

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
                if (rule != Rule.WILL_TIMERS || table != Table.TIMER || Keys.timerKind(key) != TimerKind.WILL_DELAY) {
                    copy.put(table, key, forget(table, record));
                }
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
            return switch (table) {
                case LOG -> forget(LogEntry.parseFrom(record).toBuilder());
                case INFLIGHT -> forget(InflightRecord.parseFrom(record).toBuilder());
                case WILL ->
                    rule != Rule.WILL_DELAYS
                            ? record
                            : WillRecord.parseFrom(record).toBuilder()
                                    .clearDelaySeconds()
                                    .build()
                                    .toByteArray();
                case MESSAGE ->
                    rule != Rule.MESSAGE_EXPIRY
                            ? record
                            : StoredMessage.parseFrom(record).toBuilder()
                                    .clearExpirySeconds()
                                    .build()
                                    .toByteArray();
                default -> record;
            };
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("row of table " + table.familyName() + " cannot be read", e);
        }
    }

    private byte[] forget(LogEntry.Builder entry) {
        LogEntry.Builder forgetful = switch (rule) {
            case INBOUND_IDS -> entry.clearInboundAdded();
            case RELEASED_MARKS -> entry.clearReleased();
            case GROUP_MOVES -> entry.clearMoved();
            default -> entry;
        };
        return forgetful.build().toByteArray();
    }

    private byte[] forget(InflightRecord.Builder row) {
        InflightRecord.Builder forgetful = switch (rule) {
            case INBOUND_IDS -> row.clearInbound();
            case RELEASED_MARKS -> row.clearReleased();
            default -> row;
        };
        return forgetful.build().toByteArray();
    }

    @Override
    public void sync() {
        if (rule != Rule.ACK_BEFORE_SYNC) {
            store.sync();
        }
    }
}
