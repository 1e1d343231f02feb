// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.server.metrics.Counters;
import io.holdfast.server.metrics.Gauges;
import io.holdfast.server.routing.SubscriptionTree;
import io.holdfast.server.session.ShardEvent;
import io.holdfast.server.session.ShardFigures;
import io.holdfast.storage.store.StoreFigures;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * What an instance holds, told from where it began and what has happened since: nothing is walked over to be counted but
 * the retained messages, and those only now and then.
 */
final class InstanceGauges implements Gauges {
    private final Counters counters;
    private final SubscriptionTree tree;
    private final DiskReserve reserve;
    private final LongSupplier commitQueueBytes;
    private final Supplier<StoreFigures> store;
    private final LongSupplier oldestMessageSeconds;
    private final double recoverySeconds;
    private final long connectedBefore;
    private final long sessionsBefore;
    private final AtomicLong queued;
    private final AtomicLong retained;
    private final Map<Integer, ShardFigures> shards = new ConcurrentHashMap<>();

    InstanceGauges(
            Counters counters,
            SubscriptionTree tree,
            RecoveryReport report,
            DiskReserve reserve,
            LongSupplier commitQueueBytes,
            Supplier<StoreFigures> store,
            LongSupplier oldestMessageSeconds) {
        this.reserve = reserve;
        this.oldestMessageSeconds = oldestMessageSeconds;
        this.commitQueueBytes = commitQueueBytes;
        this.store = store;
        recoverySeconds = report.took().toNanos() / 1e9;
        this.counters = counters;
        this.tree = tree;
        connectedBefore = counters.sum(ShardEvent.DISCONNECTED) - counters.sum(ShardEvent.CONNECTED);
        sessionsBefore =
                report.sessions() + counters.sum(ShardEvent.SESSION_ENDED) - counters.sum(ShardEvent.SESSION_STARTED);
        queued = new AtomicLong(report.queued());
        retained = new AtomicLong(report.retained());
    }

    /** A group is durable, and this many messages are queued after it. Commit thread. */
    void committed(long queuedNow) {
        queued.lazySet(queuedNow);
    }

    /** What a shard holds now. Its event loop, once a second. */
    void shard(int index, ShardFigures figures) {
        shards.put(index, figures);
    }

    private long overShards(ToLongFunction<ShardFigures> figure) {
        return shards.values().stream().mapToLong(figure).sum();
    }

    void retained(long counted) {
        retained.set(counted);
    }

    @Override
    public long connected() {
        return Math.max(
                0, connectedBefore + counters.sum(ShardEvent.CONNECTED) - counters.sum(ShardEvent.DISCONNECTED));
    }

    @Override
    public long sessions() {
        return Math.max(
                0, sessionsBefore + counters.sum(ShardEvent.SESSION_STARTED) - counters.sum(ShardEvent.SESSION_ENDED));
    }

    @Override
    public long diskFreeBytes() {
        return reserve.freeBytes();
    }

    @Override
    public boolean isDiskLow() {
        return reserve.isLow();
    }

    @Override
    public long queued() {
        return Math.max(0, queued.get());
    }

    @Override
    public long volatileBytes() {
        return overShards(ShardFigures::volatileBytes);
    }

    @Override
    public long inflightIn() {
        return overShards(ShardFigures::inflightIn);
    }

    @Override
    public long inflightOut() {
        return overShards(ShardFigures::inflightOut);
    }

    @Override
    public long retained() {
        return retained.get();
    }

    @Override
    public long subscriptions() {
        return tree.subscriptionCount();
    }

    @Override
    public long commitQueueBytes() {
        return commitQueueBytes.getAsLong();
    }

    @Override
    public double recoverySeconds() {
        return recoverySeconds;
    }

    @Override
    public long oldestMessageSeconds() {
        return oldestMessageSeconds.getAsLong();
    }

    @Override
    public StoreFigures store() {
        return store.get();
    }
}
