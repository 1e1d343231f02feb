// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.broker;

import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.routing.SubscriptionTree;
import io.holdfast.server.session.Limits;
import io.holdfast.server.session.QueuePage;
import io.holdfast.server.session.SessionShard;
import io.holdfast.server.session.ShardEnvironment;
import io.holdfast.server.session.ShardEvent;
import io.holdfast.server.session.StoredMessages;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowReader;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;

/** A shard on a thread of its own, as an event loop would run it. */
final class ShardThread implements ShardEnvironment {
    private final int index;
    private final int shards;
    private final InProcessBroker broker;
    private final RowReader store;
    private final SessionShard shard;
    private final ExecutorService loop;
    private volatile long applied;

    ShardThread(int index, int shards, InProcessBroker broker, RowReader store, SubscriptionTree tree, long position) {
        this.index = index;
        this.shards = shards;
        this.broker = broker;
        this.store = store;
        applied = position;
        loop = InProcessBroker.newThread("benchmark-shard-" + index);
        shard = new SessionShard(index, shards, this, store, IndexSpace.STANDARD, Limits.DEFAULT, tree, position);
    }

    /** Lets the shard do something, later and in order. Any thread. */
    void tell(Consumer<SessionShard> task) {
        execute(() -> task.accept(shard));
    }

    long applied() {
        return applied;
    }

    /** Does what it was told before and ends. */
    void stop() throws InterruptedException {
        InProcessBroker.stop(loop);
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(() -> {
            try {
                task.run();
                applied = shard.applied();
            } catch (Throwable e) {
                broker.failed(e);
            }
        });
    }

    @Override
    public long nowMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public void quarantined(long number, DamagedRowException damage) {
        throw damage;
    }

    @Override
    public void submit(HandOver handOver) {
        broker.submit(handOver);
    }

    @Override
    public boolean isCommitQueueFull() {
        return false;
    }

    @Override
    public void deliver(int fromShard, Message message, Recipients recipients) {
        for (int i = 0; i < shards; i++) {
            if (hasRecipient(i, recipients) && i != index) {
                broker.shardThread(i).tell(other -> {
                    other.onDelivery(message, recipients);
                    other.endOfBurst();
                });
            }
        }
        if (hasRecipient(index, recipients)) {
            shard.onDelivery(message, recipients);
        }
    }

    private boolean hasRecipient(int of, Recipients recipients) {
        for (int i = 0; i < recipients.size(); i++) {
            if (SessionNumbers.shard(recipients.number(i), shards) == of) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void tell(int fromShard, int toShard, Consumer<SessionShard> task) {
        broker.shardThread(toShard).tell(task);
    }

    @Override
    public boolean hasSharedGroups() {
        return false;
    }

    @Override
    public void flushDeliveries(int fromShard) {
        // Deliveries went at once.
    }

    @Override
    public void read(QueuePage page) {
        broker.read(() -> {
            page.fill(store, StoredMessages.of(store));
            tell(taker -> taker.onPage(page));
        });
    }

    @Override
    public long nextSessionSequence() {
        return broker.nextSessionSequence();
    }

    @Override
    public ReasonCode admit(Connect connect) {
        return ReasonCode.SUCCESS;
    }

    @Override
    public void count(ShardEvent event) {
        // Benchmarks count by their own means.
    }
}
