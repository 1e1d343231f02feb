// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.schema.BatchReader;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.testkit.ForwardingStore;
import io.holdfast.storage.testkit.MemoryStore;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A store that writes some rows otherwise than it was told: how a control breaks a rule about what is on disk. */
final class EditedStore extends ForwardingStore {
    /** Decides what becomes of a row. */
    interface Edit {
        /**
         * The record to write instead, or null for none.
         *
         * @param position the log position that the batch's group has
         */
        byte @Nullable [] record(Table table, byte[] key, byte[] record, long position)
                throws InvalidProtocolBufferException;

        /** Whether a delete is written. */
        default boolean deletes(Table table, byte[] key) {
            return true;
        }
    }

    private final Edit edit;
    private long position;

    EditedStore(MemoryStore memory, Edit edit) {
        super(memory);
        this.edit = edit;
    }

    @Override
    public void write(RowBatch batch) {
        byte[] serialised = batch.serialised();
        new BatchReader(serialised).forEach(new LogPosition());
        RowBatch edited = new RowBatch();
        new BatchReader(serialised).forEach(new Editor(edited));
        super.write(edited);
    }

    /** Learns the group's position from its log row. */
    private final class LogPosition implements BatchReader.Rows {
        @Override
        public void put(Table table, byte[] key, byte[] value) {
            if (table == Table.LOG) {
                position = Keys.number(key);
            }
        }

        @Override
        public void delete(Table table, byte[] key) {}

        @Override
        public void deleteRange(Table table, byte[] from, byte[] to) {}
    }

    private final class Editor implements BatchReader.Rows {
        private final RowBatch to;

        Editor(RowBatch to) {
            this.to = to;
        }

        @Override
        public void put(Table table, byte[] key, byte[] value) {
            byte[] record = Arrays.copyOf(value, value.length - RowBatch.CRC_BYTES);
            try {
                byte[] edited = edit.record(table, key, record, position);
                if (edited != null) {
                    to.put(table, key, edited);
                }
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("a record that cannot be read was written", e);
            }
        }

        @Override
        public void delete(Table table, byte[] key) {
            if (edit.deletes(table, key)) {
                to.delete(table, key);
            }
        }

        @Override
        public void deleteRange(Table table, byte[] from, byte[] until) {
            to.deleteRange(table, from, until);
        }
    }
}
