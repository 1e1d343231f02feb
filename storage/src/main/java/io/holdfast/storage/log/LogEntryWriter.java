// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import org.jspecify.annotations.Nullable;

/**
 * Gathers one group's log row (record {@code LogEntry}): the recipients of its messages and everything its sessions did.
 *
 * <pre>
 *   recipients   for each message: count, stored bytes, then for each recipient
 *                (session number - number of the recipient before) * 2 + (1 when flags follow) [flags [n identifiers]]
 *                or -k, stored bytes: the same recipients as k messages before in this row
 *   events       runs: session number - number of the run before, first index, run length
 * </pre>
 *
 * Flags follow when they differ from those of the recipient before, or carry Subscription Identifiers. Commit thread only.
 */
public final class LogEntryWriter {
    /** Shorter lists are written again: that costs about as much as saying where they stand. */
    public static final int SHARED_MIN = 2;

    private static final EventKind[] KINDS = EventKind.values();
    private static final int MESSAGES = 1;
    private static final int TIME = 2;
    private static final int RECIPIENTS = 3;
    private static final int MOVED = 10;
    private static final int ENDED = 11;
    private static final int QUEUED = 12;

    private final RecordWriter recipients = new RecordWriter(4096);
    private final RecordWriter moved = new RecordWriter();
    private final RecordWriter move = new RecordWriter(64);
    private final RecordWriter ended = new RecordWriter();
    private final Runs[] runs = new Runs[KINDS.length];
    private final RecordWriter out = new RecordWriter(8192);
    private int messages;
    private long lastNumber;
    private int lastFlags;
    private boolean events;

    public LogEntryWriter() {
        for (int i = 0; i < runs.length; i++) {
            runs[i] = new Runs();
        }
    }

    public void message(int recipientCount, int storedBytes) {
        messages++;
        recipients.zigzag(recipientCount);
        recipients.zigzag(storedBytes);
    }

    /**
     * A message with the recipients of another one of this row, which had {@link #SHARED_MIN} or more.
     *
     * @param back how many messages before, 1 or more
     */
    public void messageAsBefore(int back, int storedBytes) {
        messages++;
        recipients.zigzag(-back);
        recipients.zigzag(storedBytes);
    }

    public void recipient(long number, int flags, int @Nullable [] identifiers) {
        boolean explicit = flags != lastFlags || identifiers != null;
        recipients.zigzag((number - lastNumber) * 2 + (explicit ? 1 : 0));
        lastNumber = number;
        if (explicit) {
            recipients.zigzag(flags);
            lastFlags = flags;
            if (identifiers != null) {
                recipients.zigzag(identifiers.length);
                for (int identifier : identifiers) {
                    recipients.zigzag(identifier);
                }
            }
        }
    }

    /** An event of a session; consecutive indexes of one session become one run. */
    public void event(EventKind kind, long number, long index) {
        events = true;
        runs[kind.ordinal()].add(number, index);
    }

    /** A message changes its owner; as {@link LogEntryReader.Visitor#moved}. */
    public void moved(long source, long index, long target, long messageId, int flags, int identifier) {
        events = true;
        move.clear();
        move.field(1, source);
        move.field(2, index);
        move.field(3, target);
        move.field(4, messageId);
        move.field(5, flags);
        move.field(6, identifier);
        moved.elementField(MOVED, move);
    }

    public void ended(long number) {
        events = true;
        ended.varint(number);
    }

    /** Whether there is anything that a log row must say. */
    public boolean isEmpty() {
        return messages == 0 && !events;
    }

    /**
     * The finished record; valid until the next {@link #clear}.
     *
     * @param queued messages that all sessions together are owed once the group is done
     */
    public RecordWriter finish(long timeMillis, long queued) {
        out.clear();
        out.field(MESSAGES, messages);
        out.field(TIME, timeMillis);
        out.bytesField(RECIPIENTS, recipients);
        for (EventKind kind : KINDS) {
            out.bytesField(kind.field(), runs[kind.ordinal()].finish());
        }
        out.raw(moved.buffer(), 0, moved.size());
        out.bytesField(ENDED, ended);
        out.field(QUEUED, queued);
        return out;
    }

    public void clear() {
        messages = 0;
        lastNumber = 0;
        lastFlags = 0;
        events = false;
        recipients.clear();
        moved.clear();
        ended.clear();
        for (Runs r : runs) {
            r.clear();
        }
    }

    /** Runs of one kind; the last one is kept open until it breaks. */
    private static final class Runs {
        private final RecordWriter out = new RecordWriter();
        private long lastNumber;
        private long number;
        private long first;
        private long length;

        void add(long eventNumber, long index) {
            if (length > 0 && eventNumber == number && index == first + length) {
                length++;
                return;
            }
            close();
            number = eventNumber;
            first = index;
            length = 1;
        }

        RecordWriter finish() {
            close();
            return out;
        }

        void clear() {
            out.clear();
            lastNumber = 0;
            length = 0;
        }

        private void close() {
            if (length > 0) {
                out.zigzag(number - lastNumber);
                out.zigzag(first);
                out.zigzag(length);
                lastNumber = number;
                length = 0;
            }
        }
    }
}
