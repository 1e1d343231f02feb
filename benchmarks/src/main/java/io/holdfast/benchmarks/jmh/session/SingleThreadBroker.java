// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.session;

import io.holdfast.benchmarks.jmh.broker.BenchmarkConnection;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.routing.CommittedSubscriptions;
import io.holdfast.server.routing.SubscriptionTree;
import io.holdfast.server.session.Limits;
import io.holdfast.server.session.QueuePage;
import io.holdfast.server.session.SessionShard;
import io.holdfast.server.session.ShardEnvironment;
import io.holdfast.server.session.ShardEvent;
import io.holdfast.server.session.StoredMessages;
import io.holdfast.storage.commit.CommitListener;
import io.holdfast.storage.commit.Group;
import io.holdfast.storage.commit.GroupCommitter;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.commit.MessageOp;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.commit.StartState;
import io.holdfast.storage.commit.SubscriptionChange;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One shard and the committer on one thread, the caller's: everything the broker does for a packet except sockets and
 * crossings between threads. A commit completes before the next task runs; {@link #run} does all there is to do.
 */
public final class SingleThreadBroker implements ShardEnvironment, CommitListener, BenchmarkConnection.Wire {
    private final RowStore store;
    private final SubscriptionTree tree = new SubscriptionTree();
    private final CommittedSubscriptions subscriptions;
    private final GroupCommitter committer;
    private final SessionShard shard;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private List<HandOver> handedOver = new ArrayList<>();
    private long sequence = 1;

    public SingleThreadBroker(RowStore store) {
        this.store = store;
        subscriptions = new CommittedSubscriptions(tree, store);
        StartState start = StartState.read(store, new LogReplay(store, IndexSpace.STANDARD).run());
        committer = new GroupCommitter(store, this, start, 1);
        shard = new SessionShard(0, 1, this, store, IndexSpace.STANDARD, Limits.DEFAULT, tree, start.position());
    }

    /** For subscriptions that need no row; their sessions must exist. */
    public SubscriptionTree tree() {
        return tree;
    }

    public void connect(BenchmarkConnection connection) {
        tasks.add(() -> shard.onConnect(connection, connection.connect(ProtocolVersion.MQTT_3_1_1)));
    }

    @Override
    public void send(BenchmarkConnection from, List<Packet> burst) {
        tasks.add(() -> {
            for (Packet packet : burst) {
                shard.onPacket(from, packet);
            }
            shard.endOfBurst();
        });
    }

    /** Has all dirty sessions write their rows, as one turn of the hand does. */
    public void checkpoint() {
        long bound = shard.applied();
        for (int segment = 0; segment < GroupCommitter.SEGMENTS; segment++) {
            shard.visit(segment, bound);
            run();
        }
    }

    /** Runs tasks until there are none, commits what they handed over, and so on until nothing is left to do. */
    public void run() {
        do {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
            if (!handedOver.isEmpty()) {
                List<HandOver> group = handedOver;
                handedOver = new ArrayList<>();
                committer.build(group, System.currentTimeMillis());
                committer.sync();
                committer.complete();
            }
        } while (!tasks.isEmpty() || !handedOver.isEmpty());
    }

    /** Bytes of batches with a log row since the start. */
    public long logBytes() {
        return committer.logBytes();
    }

    // ---- what the shard needs

    @Override
    public long nowMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public void quarantined(long number, DamagedRowException damage) {
        throw damage;
    }

    @Override
    public void submit(HandOver handOver) {
        handedOver.add(handOver);
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
    public void tell(int fromShard, int toShard, Consumer<SessionShard> task) {
        tasks.add(() -> task.accept(shard));
    }

    @Override
    public boolean hasSharedGroups() {
        return false;
    }

    @Override
    public void flushDeliveries(int fromShard) {
        // One shard: everything was delivered at once.
    }

    @Override
    public void read(QueuePage page) {
        tasks.add(() -> {
            page.fill(store, StoredMessages.of(store));
            shard.onPage(page);
        });
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

    // ---- what the committer tells

    @Override
    public void revise(MessageOp message, List<SubscriptionChange> changes) {
        subscriptions.revise(message, changes);
    }

    @Override
    public void committed(Group group) {
        subscriptions.apply(group.changes());
        shard.committed(group);
    }

    @Override
    public void reclaimable(Table table, byte[] from, byte[] to) {
        // A benchmark is over before its disk space matters.
    }
}
