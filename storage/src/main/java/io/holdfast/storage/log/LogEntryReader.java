// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import org.jspecify.annotations.Nullable;

/** Reads one log row in the order of replay: messages, moves, sessions' own events, ends. */
public final class LogEntryReader {
    private static final EventKind[] KINDS = EventKind.values();

    /** What a log row says, in order. */
    public interface Visitor {
        /** One message for one session; {@code storedBytes} is the size of the message's record. */
        void recipient(long messageId, long number, int flags, int storedBytes, int @Nullable [] identifiers);

        /**
         * A message changed its owner: from a shared group to a member, or back; target 0 is nobody.
         *
         * @param flags of the delivery; towards a member, those it had in the group stand above them, see {@link Moves}
         * @param identifier the member's Subscription Identifier, 0 for none
         */
        void moved(long source, long index, long target, long messageId, int flags, int identifier);

        /** One event; an inbound one has its packet identifier in place of an index. */
        void event(EventKind kind, long number, long index);

        void ended(long number);
    }

    private final byte[] record;
    private final long position;
    private int messages;
    private long timeMillis;
    private long queued;

    /** @param position the row's key */
    public LogEntryReader(long position, byte[] record) {
        this.record = record;
        this.position = position;
        RecordReader in = new RecordReader(record);
        while (in.hasMore()) {
            int tag = in.tag();
            switch (RecordReader.field(tag)) {
                case 1 -> messages = (int) in.varint();
                case 2 -> timeMillis = in.varint();
                case 12 -> queued = in.varint();
                default -> in.skip(tag);
            }
        }
    }

    public int messages() {
        return messages;
    }

    public long timeMillis() {
        return timeMillis;
    }

    /** Messages that all sessions together were owed when the group was done. */
    public long queued() {
        return queued;
    }

    /** Id of the group's first message: the group's position is the last id it took. */
    public long firstMessageId() {
        return position - messages;
    }

    public void accept(Visitor visitor) {
        pass(visitor, 3);
        pass(visitor, 10);
        for (EventKind kind : KINDS) {
            pass(visitor, kind.field());
        }
        pass(visitor, 11);
    }

    private void pass(Visitor visitor, int wanted) {
        RecordReader in = new RecordReader(record);
        while (in.hasMore()) {
            int tag = in.tag();
            int field = RecordReader.field(tag);
            if (field != wanted) {
                in.skip(tag);
            } else if (field == 3) {
                recipients(visitor, in.sub());
            } else if (field == 10) {
                move(visitor, in.sub());
            } else if (field == 11) {
                for (RecordReader ended = in.sub(); ended.hasMore(); ) {
                    visitor.ended(ended.varint());
                }
            } else {
                runs(visitor, KINDS[field - KINDS[0].field()], in.sub());
            }
        }
    }

    private void recipients(Visitor visitor, RecordReader in) {
        Recipients explicit = new Recipients(in, 0, 0, 0);
        Recipients[] shared = new Recipients[messages];
        for (int place = 0; in.hasMore(); place++) {
            long id = firstMessageId() + place;
            long count = in.zigzag();
            int storedBytes = (int) in.zigzag();
            if (count < 0) {
                Recipients before = place + count < 0 ? null : shared[(int) (place + count)];
                if (before == null) {
                    throw new IllegalArgumentException("a message refers to recipients that are not there");
                }
                shared[place] = before;
                before.copy().accept(visitor, id, storedBytes);
            } else {
                explicit.count = count;
                if (count >= LogEntryWriter.SHARED_MIN && place < messages) {
                    shared[place] = explicit.copy();
                }
                explicit.accept(visitor, id, storedBytes);
            }
        }
    }

    /** Where a list of recipients begins, and what the differences in it refer to. */
    private static final class Recipients {
        private final RecordReader in;
        private long number;
        private int flags;
        private long count;

        Recipients(RecordReader in, long number, int flags, long count) {
            this.in = in;
            this.number = number;
            this.flags = flags;
            this.count = count;
        }

        Recipients copy() {
            return new Recipients(in.copy(), number, flags, count);
        }

        void accept(Visitor visitor, long id, int storedBytes) {
            for (long i = 0; i < count; i++) {
                long head = in.zigzag();
                number += head >> 1;
                int[] identifiers = null;
                if ((head & 1) != 0) {
                    flags = (int) in.zigzag();
                    if ((flags & Delivery.IDENTIFIERS) != 0) {
                        identifiers = new int[(int) in.zigzag()];
                        for (int k = 0; k < identifiers.length; k++) {
                            identifiers[k] = (int) in.zigzag();
                        }
                    }
                }
                visitor.recipient(id, number, flags, storedBytes, identifiers);
            }
        }
    }

    private static void runs(Visitor visitor, EventKind kind, RecordReader in) {
        long number = 0;
        while (in.hasMore()) {
            number += in.zigzag();
            long first = in.zigzag();
            long length = in.zigzag();
            for (long i = 0; i < length; i++) {
                visitor.event(kind, number, first + i);
            }
        }
    }

    private static void move(Visitor visitor, RecordReader in) {
        long[] fields = new long[7];
        while (in.hasMore()) {
            int tag = in.tag();
            int field = RecordReader.field(tag);
            if (field < fields.length) {
                fields[field] = in.varint();
            } else {
                in.skip(tag);
            }
        }
        visitor.moved(fields[1], fields[2], fields[3], fields[4], (int) fields[5], (int) fields[6]);
    }
}
