// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.log.RecordWriter;
import io.holdfast.storage.log.SessionRows;
import io.holdfast.storage.record.NextSession;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.schema.UnknownFields;
import org.jspecify.annotations.Nullable;

/** The steps that put or delete single rows, in hand-over order. */
public final class RowOps {
    static final String NEXT_SESSION = "next-session";

    private RowOps() {}

    /** Puts one row as it is. */
    public static final class Put extends CommitOp {
        private final Table table;
        private final byte[] key;
        private final byte[] record;

        public Put(Table table, byte[] key, byte[] record) {
            this.table = table;
            this.key = key;
            this.record = record;
        }

        @Override
        void apply(GroupBuilder group) {
            group.batch().put(table, key, record);
        }
    }

    /** Deletes one row, which need not exist. */
    public static final class Delete extends CommitOp {
        private final Table table;
        private final byte[] key;

        public Delete(Table table, byte[] key) {
            this.table = table;
            this.key = key;
        }

        @Override
        void apply(GroupBuilder group) {
            group.batch().delete(table, key);
        }
    }

    /** Puts a session's window row; its X is the position of the last group before this one (C01). */
    public static final class Window extends CommitOp {
        private final long number;
        private final byte[] window;

        public Window(long number, byte[] window) {
            this.number = number;
            this.window = window;
        }

        @Override
        void apply(GroupBuilder group) {
            group.batch()
                    .put(
                            Table.INFLIGHT,
                            Keys.number(number),
                            SessionRows.withEventsThrough(window, group.previousPosition()));
        }
    }

    /** Notes that a session number is taken, in the batch that makes the session (C09). */
    public static final class NewSession extends CommitOp {
        private final long sequence;

        public NewSession(long sequence) {
            this.sequence = sequence;
        }

        @Override
        void apply(GroupBuilder group) {
            byte[] key = Keys.meta(NEXT_SESSION);
            RecordWriter record = new RecordWriter(12);
            record.field(1, group.raiseNextSession(sequence + 1));
            group.batch()
                    .put(Table.META, key, UnknownFields.kept(record.toBytes(), unknown(group.read(Table.META, key))));
        }
    }

    private static byte @Nullable [] unknown(byte @Nullable [] nextSession) {
        try {
            return nextSession == null ? null : UnknownFields.of(NextSession.parseFrom(nextSession));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("row of table default is no NextSession", e);
        }
    }

    /** Says that a shard has visited all its dirty sessions of a segment; stands behind their rows. */
    public static final class SegmentDone extends CommitOp {
        private final int segment;
        private final long bound;

        public SegmentDone(int segment, long bound) {
            this.segment = segment;
            this.bound = bound;
        }

        @Override
        void apply(GroupBuilder group) {
            group.segmentDone(segment, bound);
        }
    }

    /**
     * Makes the group have a log row even if nothing else does, because the row says when the group was written: that is
     * what a start after a crash takes for the time until which connections lived (C03, C34).
     */
    public static final class TimeNote extends CommitOp {
        @Override
        void apply(GroupBuilder group) {
            group.noteTime();
        }
    }

    /** Writes nothing; only wants to hear of the commit. */
    public abstract static class Note extends CommitOp {
        @Override
        void apply(GroupBuilder group) {
            // Nothing to write: what it waits for stands elsewhere in the hand-over.
        }

        @Override
        public abstract void committed();
    }
}
