// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.commit;

import io.holdfast.benchmarks.jmh.broker.Permits;
import io.holdfast.storage.commit.CommitListener;
import io.holdfast.storage.commit.CommitThread;
import io.holdfast.storage.commit.Group;
import io.holdfast.storage.commit.GroupCommitter;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.commit.MessageOp;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.commit.SparseBlocks;
import io.holdfast.storage.commit.StartState;
import io.holdfast.storage.commit.StopNotes;
import io.holdfast.storage.commit.SubscriptionChange;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a number of hand-overs under way: each that is committed is followed by another one, which settles its messages.
 * Everything but {@link #start} and {@link #stop} happens on the commit thread, so nothing else is measured.
 */
final class CommitLoad implements CommitListener, CommitThread.Environment {
    /** Messages of one hand-over, as a read burst would bring them. */
    private static final int BURST = 16;

    private static final int QOS = 1;
    private static final int PAYLOAD_BYTES = 64;

    private final byte[] topic = "site/7/machine/42/state".getBytes(StandardCharsets.UTF_8);
    private final Message message =
            Message.of(topic, new byte[PAYLOAD_BYTES], QOS, false, 1, System.currentTimeMillis());
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final CommitThread thread;
    private final int fanOut;
    private final long[] nextIndexes;
    private final long[] settledIndexes;
    private int nextSession;
    private long position;
    private volatile boolean stopping;
    private @Nullable Permits done;

    CommitLoad(RowStore store, int sessions, int fanOut) {
        this.fanOut = fanOut;
        nextIndexes = new long[sessions];
        settledIndexes = new long[sessions];
        StartState start = StartState.read(store, new LogReplay(store, IndexSpace.STANDARD).run());
        thread = new CommitThread(new GroupCommitter(store, this, start, 1), this);
    }

    /** Begins; each committed message adds a permit. */
    void start(int outstanding, Permits committedMessages) {
        done = committedMessages;
        int burst = Math.min(BURST, outstanding);
        for (int i = 0; i < outstanding / burst; i++) {
            HandOver first = new HandOver(0);
            addMessages(first, burst);
            thread.submit(first);
        }
        thread.start();
    }

    void stop() throws InterruptedException {
        stopping = true;
        thread.stop(false, () -> new StopNotes(0, 0));
        rethrowFailure();
    }

    void rethrowFailure() {
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("the commit thread failed", cause);
        }
    }

    private void addMessages(HandOver handOver, int count) {
        for (int i = 0; i < count; i++) {
            Recipients recipients = new Recipients(fanOut);
            for (int r = 0; r < fanOut; r++) {
                recipients.add(nextSession + 1L, QOS, null);
                nextIndexes[nextSession]++;
                nextSession = nextSession + 1 == nextIndexes.length ? 0 : nextSession + 1;
            }
            MessageOp op = new MessageOp(message, recipients, Recipients.NONE, 0);
            handOver.addUrgent(op, message.storedBytes());
        }
    }

    private void settle(HandOver handOver, MessageOp op) {
        for (int r = 0; r < op.recipients().size(); r++) {
            long number = op.recipients().number(r);
            long index = settledIndexes[(int) number - 1]++;
            handOver.event(EventKind.ACKNOWLEDGED, number, index, op.id());
        }
    }

    @Override
    public void committed(Group group) {
        position = group.position();
        int messages = 0;
        for (HandOver committed : group.handOvers()) {
            HandOver following = new HandOver(0);
            int count = 0;
            for (var op : committed.ops()) {
                if (op instanceof MessageOp published) {
                    settle(following, published);
                    count++;
                }
            }
            messages += count;
            if (count > 0 && !stopping) {
                addMessages(following, count);
                thread.submit(following);
            }
        }
        if (done != null) {
            done.add(messages);
        }
    }

    @Override
    public void visit(int segment, long bound) {
        // There are no sessions to visit: the floor moves as it would behind shards that are quick.
        HandOver answer = new HandOver(0);
        answer.add(new RowOps.SegmentDone(segment, bound), 0);
        thread.submit(answer);
    }

    @Override
    public long lowestApplied() {
        return position;
    }

    @Override
    public void revise(MessageOp op, List<SubscriptionChange> changes) {
        // Nobody subscribes meanwhile.
    }

    @Override
    public void reclaimable(Table table, byte[] from, byte[] to) {
        // Deletes by range are written; giving the space back is another thread's work.
    }

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public void sweep(SparseBlocks blocks) {
        // All recipients settle soon: there are no sparse blocks to speak of.
    }

    @Override
    public void synced(long nanos) {
        // The time of a sync is part of what is measured.
    }

    @Override
    public void failed(Throwable cause) {
        failure.set(cause);
    }
}
