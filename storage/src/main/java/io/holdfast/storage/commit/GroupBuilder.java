// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import io.holdfast.storage.log.LogEntryWriter;
import io.holdfast.storage.log.Moves;
import io.holdfast.storage.log.RecordWriter;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowStore;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Turns the hand-overs of one group into one batch: message rows, other rows in hand-over order, and one log row. Message
 * ids are {@code first .. first + n - 1}, the log row's key is {@code first + n}. Commit thread only; reused.
 */
final class GroupBuilder {
    /** A list that was too long once shrinks by an eighth from group to group. */
    private static final int LATELY_SHIFT = 3;

    private final RowStore store;
    private final CommitListener listener;
    private final BlockCounters counters;
    private final EventFloor floor;
    private final SharedGroups groups;
    private final LogEntryWriter log;
    private final RowBatch batch = new RowBatch();
    private final RecordWriter scratch = new RecordWriter(512);
    private final LongHashSet ended = new LongHashSet();

    // Of the group being built.
    private List<MessageOp> messages = new ArrayList<>();
    private int messagesLately;
    private List<Moved> moves = List.of();
    private List<SubscriptionChange> changes = new ArrayList<>();
    private long previousPosition;
    private long firstMessageId;
    private long timeMillis;
    private boolean timeNoted;
    private long nextSession;
    private long queued;
    private @Nullable Sweep sweep;

    GroupBuilder(
            RowStore store, CommitListener listener, BlockCounters counters, EventFloor floor, SharedGroups groups) {
        this.store = store;
        this.listener = listener;
        this.counters = counters;
        this.floor = floor;
        this.groups = groups;
        log = new LogEntryWriter();
    }

    void start(long previous, long now) {
        previousPosition = previous;
        firstMessageId = previous + 1;
        timeMillis = now;
        timeNoted = false;
        // The list is handed on. As long as any of late, so that most need not grow.
        messagesLately = Math.max(messages.size(), messagesLately - (messagesLately >> LATELY_SHIFT));
        messages = new ArrayList<>(messagesLately);
        moves = List.of();
        changes = new ArrayList<>();
        ended.clear();
        batch.clear();
        log.clear();
    }

    /** Applies the hand-overs and closes the batch. */
    Group build(List<HandOver> handOvers) {
        boolean urgent = false;
        for (HandOver handOver : handOvers) {
            urgent |= handOver.isUrgent();
            for (CommitOp op : handOver.ops()) {
                op.begin(this);
            }
        }
        for (HandOver handOver : handOvers) {
            handOver.apply(this);
            queued -= handOver.settlingCount();
            groups.applied(handOver.shard(), handOver.appliedThrough());
        }
        for (MessageOp message : messages) {
            queued += message.recipients().size();
        }
        long position = previousPosition;
        if (!log.isEmpty() || timeNoted) {
            position = firstMessageId + messages.size();
            RecordWriter entry = log.finish(timeMillis, queued);
            batch.put(Table.LOG, Keys.number(position), entry.buffer(), entry.size());
        }
        return new Group(position, timeMillis, messages, moves, handOvers, changes, urgent);
    }

    RowStore store() {
        return store;
    }

    /**
     * A record of the store, or null when there is none or its row is damaged: one bad row must not fail the instance at
     * every SUBSCRIBE that meets it. The checking tools report it.
     */
    byte @Nullable [] read(Table table, byte[] key) {
        try {
            return store.get(table, key);
        } catch (DamagedRowException e) {
            return null;
        }
    }

    CommitListener listener() {
        return listener;
    }

    BlockCounters counters() {
        return counters;
    }

    SharedGroups groups() {
        return groups;
    }

    /** Gives a message another owner, or takes it from its owner for nobody. */
    void move(Moved moved) {
        counters.settle(moved.source(), moved.messageId());
        log.moved(moved.source(), moved.index(), moved.target(), moved.messageId(), moved.flags(), moved.identifier());
        if (moved.target() == Moves.NOBODY) {
            queued--;
        } else {
            counters.receive(moved.target(), moved.messageId());
        }
        if (moves.isEmpty()) {
            moves = new ArrayList<>();
        }
        moves.add(moved);
        if (sweep != null) {
            sweep.claim(
                    moved.messageId()); // Its old owner may have let it go before it was asked, its new one not know
            // yet.
        }
        groups.given(firstMessageId, moved); // Its position comes behind this one, and behind no group's before it.
    }

    LogEntryWriter log() {
        return log;
    }

    /** Writes who gets the message that was added last: a publisher's next message mostly goes where its last one went. */
    void logRecipients(Recipients recipients, int storedBytes) {
        int place = messages.size() - 1;
        int back = recipients.back(firstMessageId, place);
        if (back > 0) {
            log.messageAsBefore(back, storedBytes);
            return;
        }
        log.message(recipients.size(), storedBytes);
        for (int i = 0; i < recipients.size(); i++) {
            log.recipient(recipients.number(i), recipients.flags(i), recipients.identifiers(i));
        }
        if (recipients.size() >= LogEntryWriter.SHARED_MIN) {
            recipients.written(firstMessageId, place);
        }
    }

    RowBatch batch() {
        return batch;
    }

    /** An empty buffer, until the next call. */
    RecordWriter scratch() {
        scratch.clear();
        return scratch;
    }

    List<SubscriptionChange> changes() {
        return changes;
    }

    long previousPosition() {
        return previousPosition;
    }

    long firstMessageId() {
        return firstMessageId;
    }

    long timeMillis() {
        return timeMillis;
    }

    /** The group's time shall be on disk, whatever else is. */
    void noteTime() {
        timeNoted = true;
    }

    /** The id that the next message of this group takes. */
    long nextMessageId() {
        return firstMessageId + messages.size();
    }

    void addMessage(MessageOp op) {
        messages.add(op);
    }

    /** Messages that all sessions together are owed. */
    long queued() {
        return queued;
    }

    /** A session has ended with messages that it was still owed. */
    void addQueued(long change) {
        queued += change;
    }

    void addChange(SubscriptionChange change) {
        changes.add(change);
    }

    void addEnded(long number) {
        ended.add(number);
    }

    boolean hasEnded(long number) {
        return ended.contains(number);
    }

    /** The stored sequence never falls, in whatever order shards took theirs. */
    long raiseNextSession(long sequence) {
        nextSession = Math.max(nextSession, sequence);
        return nextSession;
    }

    void startSweep(Sweep started) {
        sweep = started;
        groups.forEachUnknown(started::claim);
    }

    boolean isSweeping() {
        return sweep != null;
    }

    void sweepClaims(long[] messageIds) {
        if (sweep != null) {
            sweep.claim(messageIds);
        }
    }

    /** The last shard's answer turns the claims into range deletions, in this group. */
    void sweepDone() {
        if (sweep != null && sweep.done()) {
            sweep.forEachGap((from, to) -> batch.deleteRange(Table.MESSAGE, Keys.number(from), Keys.number(to)));
            sweep = null;
        }
    }

    void segmentDone(int segment, long bound) {
        floor.done(segment, bound);
    }
}
