// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh;

import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.routing.CommittedSubscriptions;
import io.holdfast.server.routing.SubscriptionTree;
import io.holdfast.server.session.Limits;
import io.holdfast.server.session.QueuePage;
import io.holdfast.server.session.SessionShard;
import io.holdfast.server.session.ShardEnvironment;
import io.holdfast.server.session.ShardEvent;
import io.holdfast.storage.commit.CommitListener;
import io.holdfast.storage.commit.CommitThread;
import io.holdfast.storage.commit.Group;
import io.holdfast.storage.commit.GroupCommitter;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.commit.MessageOp;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.commit.SparseBlocks;
import io.holdfast.storage.commit.StartState;
import io.holdfast.storage.commit.SubscriptionChange;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RocksStore;
import io.holdfast.storage.store.StoreOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** The broker without its network: one shard, the commit thread and a real store whose groups are synced. */
final class InProcessCore implements ShardEnvironment, CommitListener, CommitThread.Environment {
    private final Path folder;
    private final RocksStore store;
    private final ExecutorService loop = Executors.newSingleThreadExecutor(task -> new Thread(task, "shard"));
    private final CommittedSubscriptions subscriptions;
    private final CommitThread commits;
    private final SessionShard shard;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private long sequence = 1;

    InProcessCore() {
        try {
            folder = Files.createTempDirectory("holdfast-benchmark");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        store = RocksStore.open(folder, StoreOptions.defaults());
        SubscriptionTree tree = new SubscriptionTree();
        subscriptions = new CommittedSubscriptions(tree, store);
        StartState start = StartState.read(store, new LogReplay(store, IndexSpace.STANDARD).run());
        commits = new CommitThread(new GroupCommitter(store, this, start, 1), this);
        shard = new SessionShard(0, 1, this, store, IndexSpace.STANDARD, Limits.DEFAULT, tree, start.position());
        commits.start();
    }

    void connect(BenchmarkConnection connection, Connect connect) {
        loop.execute(() -> shard.onConnect(connection, connect));
    }

    /** Hands packets to the shard as one burst of one connection. */
    void send(BenchmarkConnection connection, List<? extends Packet> packets) {
        loop.execute(() -> {
            packets.forEach(packet -> shard.onPacket(connection, packet));
            shard.endOfBurst();
        });
    }

    /** One packet, to be seen by the shard in a later task. */
    void answer(BenchmarkConnection connection, Packet packet) {
        loop.execute(() -> shard.onPacket(connection, packet));
    }

    void rethrowFailure() {
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("the broker failed", cause);
        }
    }

    void close() throws InterruptedException, IOException {
        commits.stop(false);
        loop.shutdown();
        store.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    // ---- what a shard needs

    @Override
    public long nowMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(task);
    }

    @Override
    public void submit(HandOver handOver) {
        commits.submit(handOver);
    }

    @Override
    public boolean isCommitQueueFull() {
        return false;
    }

    @Override
    public void deliver(int fromShard, Message message, Recipients recipients) {
        shard.onDelivery(message, recipients);
    }

    @Override
    public void flushDeliveries(int fromShard) {
        // One shard: everything was delivered at once.
    }

    @Override
    public void read(QueuePage page) {
        page.fill(store);
        loop.execute(() -> shard.onPage(page));
    }

    @Override
    public long nextSessionSequence() {
        return sequence++;
    }

    @Override
    public ReasonCode admit(Connect connect) {
        return ReasonCode.SUCCESS;
    }

    @Override
    public void count(ShardEvent event) {
        // Benchmarks count by their own means.
    }

    // ---- what the commit thread needs

    @Override
    public void revise(MessageOp message, List<SubscriptionChange> changes) {
        subscriptions.revise(message, changes);
    }

    @Override
    public void committed(Group group) {
        subscriptions.apply(group.changes());
        loop.execute(() -> shard.committed(group));
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
        return 0;
    }

    @Override
    public void visit(int segment, long bound) {
        loop.execute(() -> shard.visit(segment, bound));
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
        failure.set(cause);
    }
}
