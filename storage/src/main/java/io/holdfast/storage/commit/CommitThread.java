// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Decides when groups are built and synced. While one group syncs the next gathers, and waits a moment for more where the
 * clients that the last one answered are about to send again ({@link GroupWait}). A group nobody waits for
 * (acknowledgements only) is written after {@link #LAZY_WRITE_NANOS} and becomes durable with the next sync, after
 * {@link #LAZY_SYNC_NANOS} at the latest (C18). Any Throwable ends the thread and fails the instance.
 */
public final class CommitThread {
    /** What the thread needs beside the committer. */
    public interface Environment {
        /** Milliseconds since 1970. */
        long wallMillis();

        /** The lowest position that any shard has applied. */
        long lowestApplied();

        /** Asks every shard to visit its dirty sessions of a segment and to answer with a SegmentDone of this bound. */
        void visit(int segment, long bound);

        /** Asks every shard for the claims of all its sessions in these blocks, then for one SweepOps.Done each. */
        void sweep(SparseBlocks blocks);

        /** Called before each sync. */
        default void syncing() {}

        /** Called after each sync, outside it. */
        void synced(long nanos);

        /** Nothing was committed for a while: the moment for small duties of the store. On the commit thread. */
        default void idle() {}

        /** The thread has ended by an error; nothing more will be committed. */
        void failed(Throwable cause);
    }

    static final long LAZY_WRITE_NANOS = 50_000_000L;
    static final long LAZY_SYNC_NANOS = 1_000_000_000L;

    /** Groups are capped so that the 99th percentile stays bounded; a hand-over is never split. */
    private static final long GROUP_BYTES_MAX = 1L << 20;

    private static final int GROUP_EVENTS_MAX = 4_096;

    /** A turn of the hand: 64 MiB of log or 30 s, in equal steps. */
    private static final long STEP_LOG_BYTES = (64L << 20) / EventFloor.SEGMENTS;

    private static final long STEP_NANOS = 30_000_000_000L / EventFloor.SEGMENTS;
    private static final long IDLE_NANOS = 100_000_000L;
    private static final long IDLE_DELETE_NANOS = 2_000_000_000L;

    /** How often the hand looks whether it can go on while a clean stop waits for it. */
    private static final long HASTE_NANOS = 1_000_000L;

    private final MpscUnboundedArrayQueue<HandOver> queue = new MpscUnboundedArrayQueue<>(1024);
    private final AtomicLong queuedBytes = new AtomicLong();
    private final GroupCommitter committer;
    private final Environment environment;
    private final LongSupplier nanoClock;
    private final Thread thread;
    private final List<HandOver> gathered = new ArrayList<>();
    private final GroupWait groupWait = new GroupWait();

    private volatile boolean parked;
    private volatile boolean stopping;
    private boolean hasFailed;
    private volatile @Nullable CountDownLatch settling;
    private boolean urgent;
    private long gatheredBytes;
    private int gatheredEvents;
    private int gatheredOps;
    private long gatheringSince;
    private long unsyncedSince;
    private long lastStepNanos;
    private long lastStepLogBytes;
    private long lastGroupNanos;
    private boolean deleteDue;
    private boolean idleDue;

    public CommitThread(GroupCommitter committer, Environment environment) {
        this.committer = committer;
        this.environment = environment;
        nanoClock = System::nanoTime;
        thread = new Thread(this::run, "holdfast-commit");
    }

    public void start() {
        thread.start();
    }

    /** Hands over what a shard gathered. Any thread; keeps the order of one thread's calls. */
    public void submit(HandOver handOver) {
        queue.offer(handOver);
        // Behind the offer: its full fence keeps the read of `parked` from passing the offer.
        queuedBytes.addAndGet(handOver.bytes());
        if (parked) {
            LockSupport.unpark(thread);
        }
    }

    /** Estimated bytes handed over and not yet durable: the measure of back-pressure. */
    public long queuedBytes() {
        return queuedBytes.get();
    }

    /**
     * Has the hand visit every dirty session now, so that the next start finds next to nothing to replay. For a clean stop,
     * when no packets come any more.
     *
     * @return false when it took longer
     */
    public boolean settle(Duration max) throws InterruptedException {
        CountDownLatch settled = new CountDownLatch(1);
        settling = settled;
        LockSupport.unpark(thread);
        return settled.await(max.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Commits what was handed over and ends the thread.
     *
     * @param leaveCleanMark writes the counters of a clean stop; false leaves the store as a crash would. After a failure
     *     it is ignored: the counters may hold half of a group
     * @param notes for that mark; asked when nothing is committed any more
     */
    public void stop(boolean leaveCleanMark, Supplier<StopNotes> notes) throws InterruptedException {
        stopping = true;
        LockSupport.unpark(thread);
        thread.join();
        if (leaveCleanMark && !hasFailed) {
            committer.stopCleanly(notes.get());
        }
    }

    private void run() {
        try {
            lastStepNanos = nanoClock.getAsLong();
            while (!stopping || !queue.isEmpty() || !gathered.isEmpty() || committer.hasUnsynced()) {
                gather();
                turn(nanoClock.getAsLong());
            }
        } catch (Throwable cause) {
            hasFailed = true;
            environment.failed(cause);
        } finally {
            CountDownLatch waiting = settling;
            if (waiting != null) {
                waiting.countDown();
            }
        }
    }

    private void turn(long now) {
        if (!gathered.isEmpty() && (urgent || isFull() || inHaste() || now - gatheringSince >= LAZY_WRITE_NANOS)) {
            boolean sync = urgent || inHaste();
            if (!committer.hasUnsynced()) {
                unsyncedSince = now;
            }
            committer.build(List.copyOf(gathered), environment.wallMillis());
            deleteDue = true;
            idleDue = true;
            lastGroupNanos = now;
            if (sync) {
                sync();
            }
            long bytes = gatheredBytes;
            gathered.clear();
            gatheredBytes = 0;
            gatheredEvents = 0;
            gatheredOps = 0;
            urgent = false;
            queuedBytes.addAndGet(-bytes);
        } else if (committer.hasUnsynced() && (stopping || now - unsyncedSince >= LAZY_SYNC_NANOS)) {
            sync();
        } else if (idleDue && gathered.isEmpty() && now - lastGroupNanos >= IDLE_NANOS) {
            idleDue = false;
            environment.idle();
        }
        step(now);
    }

    private void sync() {
        environment.syncing();
        long before = nanoClock.getAsLong();
        committer.sync();
        long took = nanoClock.getAsLong() - before;
        groupWait.synced(took, gatheredOps);
        environment.synced(took);
        committer.complete();
    }

    private boolean inHaste() {
        return stopping || settling != null;
    }

    /** Moves the hand, and deletes small remains once nothing has been written for a while. */
    private void step(long now) {
        CountDownLatch haste = settling;
        boolean far = committer.logBytes() - lastStepLogBytes >= STEP_LOG_BYTES;
        if (!far && haste == null && now - lastStepNanos < STEP_NANOS) {
            return;
        }
        lastStepNanos = now;
        lastStepLogBytes = committer.logBytes();
        long bound = environment.lowestApplied();
        SparseBlocks sparse = haste == null ? committer.enterSweep(bound) : null;
        if (sparse != null) {
            environment.sweep(sparse);
        }
        int segment = committer.enterSegment(bound);
        if (segment >= 0) {
            environment.visit(segment, bound);
        } else if (haste != null) {
            if (bound >= committer.position() && !committer.isVisiting()) {
                deleteDead();
                settling = null;
                haste.countDown();
            }
        } else if (deleteDue && now - lastGroupNanos >= IDLE_DELETE_NANOS) {
            deleteDead();
        }
    }

    private void deleteDead() {
        deleteDue = false;
        committer.deleteDead(environment.wallMillis());
        sync();
    }

    private boolean isFull() {
        return gatheredBytes >= GROUP_BYTES_MAX || gatheredEvents >= GROUP_EVENTS_MAX;
    }

    private void gather() {
        HandOver next = isFull() ? null : queue.poll();
        boolean early = next != null;
        if (next == null && !(urgent && !gathered.isEmpty()) && !isFull() && !stopping) {
            park();
            next = queue.poll();
        }
        take(next);
        if (urgent && !isFull() && !inHaste()) {
            gatherMore(early ? gatheredOps : 0);
        }
    }

    private void gatherMore(int early) {
        long wait = groupWait.nanos(gatheredOps, early);
        if (wait > 0) {
            LockSupport.parkNanos(groupWait, wait); // Nobody unparks: `parked` is false, which spares them the call.
            take(queue.poll());
            groupWait.waited(gatheredOps);
        }
    }

    /** Takes this and what is behind it, up to a group's size. */
    private void take(@Nullable HandOver first) {
        for (HandOver next = first; next != null; next = isFull() ? null : queue.poll()) {
            if (gathered.isEmpty()) {
                gatheringSince = nanoClock.getAsLong();
            }
            gathered.add(next);
            gatheredBytes += next.bytes();
            gatheredEvents += next.eventCount();
            gatheredOps += next.ops().size();
            urgent |= next.isUrgent();
        }
    }

    private void park() {
        parked = true;
        if (queue.isEmpty() && !stopping) {
            LockSupport.parkNanos(this, parkNanos());
        }
        parked = false;
    }

    private long parkNanos() {
        long now = nanoClock.getAsLong();
        long wait = Math.max(1, STEP_NANOS - (now - lastStepNanos));
        if (!gathered.isEmpty()) {
            wait = Math.min(wait, Math.max(1, LAZY_WRITE_NANOS - (now - gatheringSince)));
        }
        if (committer.hasUnsynced()) {
            wait = Math.min(wait, Math.max(1, LAZY_SYNC_NANOS - (now - unsyncedSince)));
        }
        if (idleDue) {
            wait = Math.min(wait, Math.max(1, IDLE_NANOS - (now - lastGroupNanos)));
        }
        if (settling != null) {
            wait = Math.min(wait, HASTE_NANOS);
        }
        return wait;
    }
}
