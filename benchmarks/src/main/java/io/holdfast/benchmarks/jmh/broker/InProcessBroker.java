// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.broker;

import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.server.routing.CommittedSubscriptions;
import io.holdfast.server.routing.SubscriptionTree;
import io.holdfast.storage.commit.CommitListener;
import io.holdfast.storage.commit.CommitThread;
import io.holdfast.storage.commit.Group;
import io.holdfast.storage.commit.GroupCommitter;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.commit.MessageOp;
import io.holdfast.storage.commit.SparseBlocks;
import io.holdfast.storage.commit.StartState;
import io.holdfast.storage.commit.StopNotes;
import io.holdfast.storage.commit.SubscriptionChange;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowStore;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The broker without its network: shards on their threads, the commit thread and a real store whose groups are synced. */
final class InProcessBroker implements CommitListener, CommitThread.Environment, BenchmarkConnection.Wire {
    private static final Duration SETTLE_MAX = Duration.ofMinutes(2);
    private static final int STOP_SECONDS_MAX = 30;

    private final ProtocolVersion version;
    private final ScratchFolder scratch = new ScratchFolder();
    private final StoreFolder folder;
    private final RowStore store;
    private final CommittedSubscriptions subscriptions;
    private final CommitThread commits;
    private final ExecutorService reader = newThread("benchmark-reader");
    private final List<ShardThread> shards = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicLong sequence = new AtomicLong(1);

    InProcessBroker(int shardCount, ProtocolVersion version) {
        this.version = version;
        folder = StoreFolder.open(scratch.path(), StoreOptions.defaults());
        store = folder.rows();
        SubscriptionTree tree = new SubscriptionTree();
        subscriptions = new CommittedSubscriptions(tree, store);
        StartState start = StartState.read(store, new LogReplay(store, IndexSpace.STANDARD).run());
        commits = new CommitThread(new GroupCommitter(store, this, start, shardCount), this);
        for (int i = 0; i < shardCount; i++) {
            shards.add(new ShardThread(i, shardCount, this, store, tree, start.position()));
        }
        commits.start();
    }

    private ShardThread shard(BenchmarkConnection connection) {
        return shards.get(SessionNumbers.shard(connection.clientId(), shards.size()));
    }

    /** Any thread. */
    void connect(BenchmarkConnection connection) {
        shard(connection).tell(shard -> shard.onConnect(connection, connection.connect(version)));
    }

    @Override
    public void send(BenchmarkConnection from, List<Packet> burst) {
        shard(from).tell(shard -> {
            for (Packet packet : burst) {
                shard.onPacket(from, packet);
            }
            shard.endOfBurst();
        });
    }

    /** Has all dirty sessions write their rows, so that what is idle leaves memory. */
    void settle() throws InterruptedException {
        if (!commits.settle(SETTLE_MAX)) {
            rethrowFailure();
            throw new IllegalStateException("dirty sessions are not written after " + SETTLE_MAX);
        }
    }

    /** Returns when the shards have done what they were told before; what they wrote is then visible here. */
    void barrier() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(shards.size());
        shards.forEach(shard -> shard.execute(done::countDown));
        done.await();
    }

    void rethrowFailure() {
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("the broker failed", cause);
        }
    }

    /**
     * Ends the threads and deletes the store.
     *
     * @throws IllegalStateException when a shard or the commit thread has failed before
     */
    void close() throws InterruptedException {
        commits.stop(false, () -> new StopNotes(0, 0));
        for (ShardThread shard : shards) {
            shard.stop();
        }
        stop(reader);
        folder.close();
        scratch.delete();
        rethrowFailure();
    }

    /** A thread for tasks in order. Once it stops, later tasks are dropped, like those of a life that is over. */
    static ExecutorService newThread(String name) {
        return new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> new Thread(task, name),
                new ThreadPoolExecutor.DiscardPolicy());
    }

    static void stop(ExecutorService thread) throws InterruptedException {
        thread.shutdown();
        if (!thread.awaitTermination(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new IllegalStateException("a thread does not end within " + STOP_SECONDS_MAX + " s");
        }
    }

    // ---- what shards need

    void submit(HandOver handOver) {
        commits.submit(handOver);
    }

    ShardThread shardThread(int index) {
        return shards.get(index);
    }

    void read(Runnable task) {
        reader.execute(task);
    }

    long nextSessionSequence() {
        return sequence.getAndIncrement();
    }

    // ---- what the commit thread needs

    @Override
    public void revise(MessageOp message, List<SubscriptionChange> changes) {
        subscriptions.revise(message, changes);
    }

    @Override
    public void committed(Group group) {
        subscriptions.apply(group.changes());
        shards.forEach(thread -> thread.tell(shard -> shard.committed(group)));
    }

    @Override
    public void reclaimable(Table table, byte[] from, byte[] to) {
        // A benchmark is over before its disk space matters.
    }

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public long lowestApplied() {
        return shards.stream().mapToLong(ShardThread::applied).min().orElse(0);
    }

    @Override
    public void visit(int segment, long bound) {
        shards.forEach(thread -> thread.tell(shard -> shard.visit(segment, bound)));
    }

    @Override
    public void sweep(SparseBlocks blocks) {
        // Never answered, so nothing is swept: a benchmark is over before its disk space matters.
    }

    @Override
    public void synced(long nanos) {
        // The time of a sync is part of what is measured.
    }

    @Override
    public void failed(Throwable cause) {
        failure.compareAndSet(null, cause);
    }
}
