// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.MetaRow;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.testkit.ForwardingStore;
import io.holdfast.storage.testkit.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When groups are written and synced. The clock is the real one: upper bounds are generous, lower ones are the rule. */
@Timeout(180)
class CommitThreadTest {
    private static final StopNotes NOTES = new StopNotes(0, 0);

    private static final long SESSION = 257;
    /** A machine under load may be late, never early. */
    private static final long LATE_NANOS = SECONDS.toNanos(60);

    private enum What {
        WRITE,
        SYNC,
        COMMITTED,
        FAILED
    }

    private record Step(What what, long nanos, int handOvers) {}

    private final BlockingQueue<Step> steps = new LinkedBlockingQueue<>();
    private final MemoryStore store = new MemoryStore();
    private final CommitFixture messages = new CommitFixture();
    private final CommitThread thread = new CommitThread(committer(), new Watched());
    private boolean stopped;
    private volatile @Nullable CountDownLatch syncGate;
    /** Done once, by the thread that writes the next group. */
    private final AtomicReference<@Nullable Runnable> whileWriting = new AtomicReference<>();

    private GroupCommitter committer() {
        StartState start = StartState.read(store, new LogReplay(store, IndexSpace.STANDARD).run());
        return new GroupCommitter(new WatchedStore(), new Listener(), start, 1);
    }

    @AfterEach
    void stopThread() throws InterruptedException {
        if (!stopped) {
            thread.stop(false, () -> NOTES);
        }
    }

    private Step next(What what) throws InterruptedException {
        Step step = steps.poll(60, SECONDS);
        assertThat(step).as("waiting for %s", what).isNotNull();
        assertThat(step.what).isEqualTo(what);
        return step;
    }

    private static HandOver ack(long index) {
        HandOver handOver = new HandOver(0);
        handOver.event(EventKind.ACKNOWLEDGED, SESSION, index, 1);
        return handOver;
    }

    private HandOver publish() {
        return CommitFixture.handOver(messages.message("a", "x", SESSION));
    }

    @Test
    @DisplayName(
            "C18 an ack-only group is written after 50 ms without a sync and synced after 1 s, without any traffic")
    void acksOnly_idle_writtenSoonSyncedLater() throws InterruptedException {
        thread.start();
        long begin = System.nanoTime();
        thread.submit(ack(0));
        long written = next(What.WRITE).nanos - begin;
        long synced = next(What.SYNC).nanos - begin;
        next(What.COMMITTED);
        assertThat(written).isBetween(CommitThread.LAZY_WRITE_NANOS, CommitThread.LAZY_WRITE_NANOS + LATE_NANOS);
        assertThat(synced).isBetween(CommitThread.LAZY_SYNC_NANOS, CommitThread.LAZY_SYNC_NANOS + LATE_NANOS);
        assertThat(store.syncs()).isEqualTo(1);
        assertThat(thread.queuedBytes()).isZero();
    }

    @Test
    @DisplayName(
            "C18 acks that keep coming are written every 50 ms and share one sync, one second after the first write")
    void acksOnly_stream_oneSyncForMany() throws InterruptedException {
        thread.start();
        long begin = System.nanoTime();
        thread.submit(ack(0));
        int acks = 1;
        int writes = 0;
        while (writes < 3) { // On a loaded machine a second may pass with fewer: then the next one shows it.
            writes = 0;
            Step step = steps.poll(60, SECONDS);
            while (step != null && step.what != What.SYNC) {
                if (step.what == What.WRITE) {
                    writes++;
                    thread.submit(ack(acks++));
                }
                step = steps.poll(60, SECONDS);
            }
            assertThat(step).isNotNull();
            assertThat(step.nanos - begin).isGreaterThan(CommitThread.LAZY_SYNC_NANOS);
            begin = step.nanos;
        }
    }

    @Test
    @DisplayName("C18 written acks become durable with the next urgent group, at once")
    void acksWritten_thenUrgent_durableTogether() throws InterruptedException {
        thread.start();
        // The best of several tries: a loaded machine may be late now and then.
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 20 && best >= CommitThread.LAZY_SYNC_NANOS; i++) {
            whileWriting.set(() -> thread.submit(publish())); // Before the acks' own time is up, however slow we are.
            thread.submit(ack(i));
            long begin = next(What.WRITE).nanos;
            next(What.WRITE);
            best = Math.min(best, next(What.SYNC).nanos - begin);
            next(What.COMMITTED);
            next(What.COMMITTED);
            assertThat(store.unsyncedBatches()).isZero();
        }
        assertThat(best).isLessThan(CommitThread.LAZY_SYNC_NANOS);
    }

    @Test
    @DisplayName("an urgent group is written and synced at once, waiting for no timer")
    void urgent_alone_syncedAtOnce() throws InterruptedException {
        thread.start();
        // The best of several tries: a loaded machine may be late now and then.
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            long begin = System.nanoTime();
            thread.submit(publish());
            next(What.WRITE);
            best = Math.min(best, next(What.SYNC).nanos - begin);
            next(What.COMMITTED);
        }
        assertThat(best).isLessThan(CommitThread.LAZY_WRITE_NANOS / 2);
    }

    @Test
    @DisplayName("while one group syncs the next gathers: all that came meanwhile share one batch and one sync")
    void urgent_duringSync_gatherIntoOneGroup() throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        syncGate = gate;
        thread.start();
        thread.submit(publish());
        next(What.WRITE);
        for (int i = 0; i < 50; i++) {
            thread.submit(publish());
        }
        gate.countDown();
        next(What.SYNC);
        next(What.COMMITTED);
        next(What.WRITE);
        next(What.SYNC);
        assertThat(next(What.COMMITTED).handOvers).isEqualTo(50);
    }

    @Test
    @DisplayName("a group takes no more hand-overs once it holds 4,096 events, and the rest follows in order")
    void full_events_splitBetweenHandOvers() throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        syncGate = gate;
        thread.start();
        thread.submit(publish());
        next(What.WRITE);
        for (int n = 0; n < 3; n++) {
            HandOver large = publish();
            for (int i = 0; i < 3_000; i++) {
                large.event(EventKind.ACKNOWLEDGED, SESSION, n * 3_000L + i, 1);
            }
            thread.submit(large);
        }
        gate.countDown();
        List<Integer> groups = new ArrayList<>();
        while (groups.stream().mapToInt(Integer::intValue).sum() < 4) {
            Step step = steps.poll(60, SECONDS);
            assertThat(step).isNotNull();
            if (step.what == What.COMMITTED) {
                groups.add(step.handOvers);
            }
        }
        assertThat(groups).as("no hand-over is split (C02)").containsExactly(1, 2, 1);
    }

    @Test
    @DisplayName("a group takes no more hand-overs once it holds a mebibyte")
    void full_bytes_splitBetweenHandOvers() throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        syncGate = gate;
        thread.start();
        thread.submit(publish());
        next(What.WRITE);
        for (int n = 0; n < 3; n++) {
            HandOver large = new HandOver(0);
            large.addUrgent(messages.message("a", "x", SESSION), 600_000);
            thread.submit(large);
        }
        assertThat(thread.queuedBytes()).isGreaterThan(1_800_000);
        gate.countDown();
        List<Integer> groups = new ArrayList<>();
        while (groups.stream().mapToInt(Integer::intValue).sum() < 4) {
            Step step = steps.poll(60, SECONDS);
            assertThat(step).isNotNull();
            if (step.what == What.COMMITTED) {
                groups.add(step.handOvers);
            }
        }
        assertThat(groups).containsExactly(1, 2, 1);
    }

    @Test
    @DisplayName("C29 a failed sync is told once, completes nothing, and leaves no mark of a clean stop")
    void syncFails_failedCalled_noCompletion() throws InterruptedException {
        store.failNextSync("device gone");
        thread.start();
        thread.submit(publish());
        next(What.WRITE);
        next(What.SYNC);
        next(What.FAILED);
        thread.submit(publish());
        thread.stop(true, () -> NOTES);
        stopped = true;
        assertThat(steps).isEmpty();
        MemoryStore left = store.crash(0);
        assertThat(left.get(Table.META, MetaRow.CLEAN_STOP.key())).isNull();
        assertThat(left.rowCount(Table.MESSAGE)).isZero();
    }

    @Test
    @DisplayName("C29 a failed write is told once and completes nothing")
    void writeFails_failedCalled_noCompletion() throws InterruptedException {
        store.failNextWrite("disk full");
        thread.start();
        thread.submit(publish());
        next(What.WRITE);
        next(What.FAILED);
        thread.stop(true, () -> NOTES);
        stopped = true;
        assertThat(steps).isEmpty();
    }

    @Test
    @DisplayName("C29 a defect while a step is applied fails the instance; counters of half a group are not saved")
    void stepThrows_failedCalled_noCleanMark() throws InterruptedException {
        thread.start();
        thread.submit(publish());
        next(What.WRITE);
        next(What.SYNC);
        next(What.COMMITTED);
        HandOver bad = publish();
        bad.addUrgent(
                new CommitOp() {
                    @Override
                    void apply(GroupBuilder group) {
                        throw new IllegalStateException("defect");
                    }
                },
                0);
        thread.submit(bad);
        next(What.FAILED);
        thread.stop(true, () -> NOTES);
        stopped = true;
        assertThat(store.get(Table.META, MetaRow.CLEAN_STOP.key())).isNull();
    }

    @Test
    @DisplayName("a stop commits and syncs what was handed over before it, acks too, and marks the store clean")
    void stop_withWork_allDurable() throws InterruptedException {
        thread.start();
        for (int i = 0; i < 20; i++) {
            thread.submit(i % 2 == 0 ? ack(i) : publish());
        }
        long begin = System.nanoTime();
        thread.stop(true, () -> NOTES);
        stopped = true;
        assertThat(System.nanoTime() - begin).isLessThan(LATE_NANOS);
        long handOvers = steps.stream().mapToLong(Step::handOvers).sum();
        assertThat(handOvers).isEqualTo(20);
        MemoryStore left = store.crash(0);
        assertThat(left.rowCount(Table.MESSAGE)).isEqualTo(10);
        StartState start = StartState.read(left, new LogReplay(left, IndexSpace.STANDARD).run());
        assertThat(start.isClean()).isTrue();
    }

    /** Tells the shard's side. */
    private final class Listener implements CommitListener {
        @Override
        public void revise(MessageOp message, List<SubscriptionChange> changes) {
            // Recipients in these tests are final.
        }

        @Override
        public void committed(Group group) {
            steps.add(new Step(
                    What.COMMITTED, System.nanoTime(), group.handOvers().size()));
        }

        @Override
        public void reclaimable(Table table, byte[] from, byte[] to) {
            throw new AssertionError("nothing to delete here: " + Keys.number(from) + "-" + Keys.number(to));
        }
    }

    private final class Watched implements CommitThread.Environment {
        @Override
        public long wallMillis() {
            return 1_000;
        }

        @Override
        public long lowestApplied() {
            return 0;
        }

        @Override
        public void visit(int segment, long bound) {
            throw new AssertionError("nothing is applied, so there is nothing to visit");
        }

        @Override
        public void sweep(SparseBlocks blocks) {
            throw new AssertionError("a handful of messages is nothing to sweep");
        }

        @Override
        public void synced(long nanos) {
            assertThat(NANOSECONDS.toSeconds(nanos)).isBetween(0L, 60L);
        }

        @Override
        public void failed(Throwable cause) {
            steps.add(new Step(What.FAILED, System.nanoTime(), 0));
        }
    }

    /** Notes when writes and syncs begin, and can hold a sync back. */
    private final class WatchedStore extends ForwardingStore {
        WatchedStore() {
            super(CommitThreadTest.this.store);
        }

        @Override
        public void write(RowBatch batch) {
            steps.add(new Step(What.WRITE, System.nanoTime(), 0));
            store.write(batch);
            Runnable meanwhile = whileWriting.getAndSet(null);
            if (meanwhile != null) {
                meanwhile.run();
            }
        }

        @Override
        public void sync() {
            CountDownLatch gate = syncGate;
            try {
                if (gate != null && !gate.await(60, SECONDS)) {
                    throw new AssertionError("the gate stayed shut");
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            steps.add(new Step(What.SYNC, System.nanoTime(), 0));
            store.sync();
        }
    }
}
