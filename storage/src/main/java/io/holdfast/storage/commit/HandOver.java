// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import io.holdfast.storage.log.EventKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a shard gives to the commit thread at once. It is never split over two groups (C02), and its owner must not touch
 * it any more once submitted. Events are kept as plain numbers: nothing is allocated for an acknowledgement.
 */
public final class HandOver {
    /** Not logged: a session that has ended gives a message back to the counters (C19). */
    private static final int GONE = -1;

    private static final EventKind[] KINDS = EventKind.values();
    private static final int EVENT_WORDS = 4;

    private static final int EVENTS_MIN = 4;
    /** What had room for more is not worth keeping. */
    private static final int KEPT_MAX = 4_096;

    /** Rough cost of a step beside its message, for the limits on the commit queue. */
    private static final int OP_BYTES = 64;

    private final int shard;
    private final List<CommitOp> ops = new ArrayList<>();
    /** For each step, how many words of events came before it. */
    private int[] eventWordsBefore = new int[8];

    private long[] events = new long[EVENTS_MIN * EVENT_WORDS];
    private int eventWords;
    private int settling;
    private boolean sync;
    private long bytes;
    private long appliedThrough;
    private long submittedNanos;

    public HandOver(int shard) {
        this.shard = shard;
    }

    /**
     * Empties one whose group is applied, to be filled again: most bursts are like the ones before, and find their room
     * here. Its owner only, behind everything that the commit did to it; other shards ask only whose it is.
     *
     * @return whether it is worth keeping
     */
    public boolean reuse() {
        boolean worth = ops.size() <= KEPT_MAX && eventWords <= KEPT_MAX * EVENT_WORDS;
        ops.clear();
        eventWords = 0;
        settling = 0;
        sync = false;
        bytes = 0;
        return worth;
    }

    /** Adds a step that somebody waits for: its group is synced without delay. */
    public void addUrgent(CommitOp op, int opBytes) {
        add(op, opBytes);
        sync = true;
    }

    /** Adds a step that may wait for the next sync. */
    public void add(CommitOp op, int opBytes) {
        if (ops.size() == eventWordsBefore.length) {
            eventWordsBefore = Arrays.copyOf(eventWordsBefore, ops.size() * 2);
        }
        eventWordsBefore[ops.size()] = eventWords;
        ops.add(op);
        bytes += opBytes + OP_BYTES;
    }

    /**
     * Adds a session's event.
     *
     * @param messageId the message that a settling event settles, else ignored
     */
    public void event(EventKind kind, long number, long index, long messageId) {
        addEvent(kind.ordinal(), number, index, messageId);
        settling += kind.settles() ? 1 : 0;
        // A PUBREL or PUBCOMP waits for these.
        sync |= kind == EventKind.RELEASED || kind == EventKind.INBOUND_RELEASED;
    }

    /** A message was committed for a session that had ended (C19). */
    public void gone(long number, long messageId) {
        addEvent(GONE, number, 0, messageId);
        settling++;
    }

    private void addEvent(int kind, long number, long index, long messageId) {
        if (eventWords == events.length) {
            events = Arrays.copyOf(events, eventWords * 2);
        }
        events[eventWords] = kind;
        events[eventWords + 1] = number;
        events[eventWords + 2] = index;
        events[eventWords + 3] = messageId;
        eventWords += EVENT_WORDS;
        bytes += Long.BYTES;
    }

    /**
     * A position that the shard has applied whole: all that its later hand-overs say of its sessions is newer.
     *
     * @param position taken when this hand-over got its first step
     */
    public void appliedThrough(long position) {
        appliedThrough = position;
    }

    long appliedThrough() {
        return appliedThrough;
    }

    /** When it was given to the commit thread, by a clock of its owner's. */
    public void submittedAt(long nanos) {
        submittedNanos = nanos;
    }

    public long submittedNanos() {
        return submittedNanos;
    }

    public int shard() {
        return shard;
    }

    public boolean isEmpty() {
        return ops.isEmpty() && eventWords == 0;
    }

    /** Whether a client waits for this hand-over. */
    public boolean isUrgent() {
        return sync;
    }

    /** Estimated bytes, for limits. */
    public long bytes() {
        return bytes;
    }

    public int eventCount() {
        return eventWords / EVENT_WORDS;
    }

    public List<CommitOp> ops() {
        return ops;
    }

    /** Messages that its events settle, logged or not. */
    public int settlingCount() {
        return settling;
    }

    /** Receives the logged events once they are on disk. */
    public interface EventVisitor {
        void event(EventKind kind, long number, long index);
    }

    public void forEachEvent(EventVisitor visitor) {
        for (int i = 0; i < eventWords; i += EVENT_WORDS) {
            if (events[i] != GONE) {
                visitor.event(KINDS[(int) events[i]], events[i + 1], events[i + 2]);
            }
        }
    }

    /**
     * Applies steps and events. The counters see both in the order they were handed over: a count of what a session still
     * claims, and the end of one, stand behind the settles before them (C08). The order of the log does not matter, as
     * its readers sort by kind.
     */
    void apply(GroupBuilder group) {
        int from = 0;
        for (int i = 0; i < ops.size(); i++) {
            applyEvents(group, from, eventWordsBefore[i]);
            from = eventWordsBefore[i];
            ops.get(i).apply(group);
        }
        applyEvents(group, from, eventWords);
    }

    private void applyEvents(GroupBuilder group, int from, int to) {
        for (int i = from; i < to; i += EVENT_WORDS) {
            if (events[i] == GONE) {
                group.counters().settle(events[i + 1], events[i + 3]);
            } else {
                EventKind kind = KINDS[(int) events[i]];
                group.log().event(kind, events[i + 1], events[i + 2]);
                if (kind.settles()) {
                    group.counters().settle(events[i + 1], events[i + 3]);
                }
            }
        }
    }
}
