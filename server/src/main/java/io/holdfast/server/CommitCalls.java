// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.metrics.Counters;
import io.holdfast.storage.commit.CommitListener;
import io.holdfast.storage.commit.CommitThread;
import io.holdfast.storage.commit.Group;
import io.holdfast.storage.commit.MessageOp;
import io.holdfast.storage.commit.SparseBlocks;
import io.holdfast.storage.commit.SubscriptionChange;
import io.holdfast.storage.schema.Table;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/** What the commit thread asks of an instance and tells it: all on the commit thread, but {@link #applied}. */
final class CommitCalls implements CommitListener, CommitThread.Environment {
    /** Written between two looks at the disk, at most. */
    private static final long LOOK_BYTES = 1L << 20;

    private final BrokerInstance instance;
    private final AtomicLongArray applied;
    private long countedBytes;
    private long lookedBytes;
    private long groups;

    CommitCalls(BrokerInstance instance, int shards) {
        this.instance = instance;
        applied = new AtomicLongArray(shards);
    }

    /** A shard has applied the groups up to a position. That shard's event loop. */
    void applied(int shard, long position) {
        applied.lazySet(shard, position);
    }

    @Override
    public void revise(MessageOp message, List<SubscriptionChange> changes) {
        instance.subscriptions().revise(message, changes);
    }

    @Override
    public void committed(Group group) {
        Counters counters = instance.counters();
        counters.add(BrokerCounter.COMMIT_GROUPS);
        if (!group.messages().isEmpty()) {
            counters.groupSizes().record(group.messages().size());
        }
        long bytes = instance.committer().bytesWritten();
        counters.add(BrokerCounter.STORE_BYTES_WRITTEN, bytes - countedBytes);
        countedBytes = bytes;
        if (countedBytes - lookedBytes >= LOOK_BYTES) {
            lookedBytes = countedBytes;
            instance.lookAtDisk();
        }
        instance.gauges().committed(instance.committer().queued());
        instance.subscriptions().apply(group.changes());
        if (instance.isRunning()) {
            // No shard may apply a group before all have it: its next message of the same publisher would go straight
            // to
            // a shard that has not, and overtake the group (C14).
            long sequence = ++groups;
            instance.loops().forEach(shard -> shard.arrive(sequence, group));
            instance.loops().forEach(shard -> shard.apply(sequence));
        }
    }

    @Override
    public void reclaimable(Table table, byte[] from, byte[] to) {
        instance.housekeeping().reclaim(table, from, to);
    }

    @Override
    public long wallMillis() {
        return instance.time().millis();
    }

    @Override
    public long lowestApplied() {
        long lowest = Long.MAX_VALUE;
        for (int i = 0; i < applied.length(); i++) {
            lowest = Math.min(lowest, applied.get(i));
        }
        return lowest;
    }

    @Override
    public void visit(int segment, long bound) {
        instance.loops().forEach(shard -> shard.tell(s -> s.visit(segment, bound)));
    }

    @Override
    public void sweep(SparseBlocks blocks) {
        if (instance.report().quarantined() == 0) { // Nobody knows what a damaged session claims.
            instance.housekeeping().listClaims(blocks);
        }
    }

    @Override
    public void idle() {
        instance.folder().idle();
    }

    @Override
    public void syncing() {
        instance.syncs().began(System.nanoTime());
    }

    @Override
    public void synced(long nanos) {
        instance.syncs().ended(nanos);
        Counters counters = instance.counters();
        counters.add(BrokerCounter.COMMIT_SYNCS);
        counters.add(BrokerCounter.COMMIT_SYNC_NANOS, nanos);
        counters.syncTimes().record(nanos / 1_000);
    }

    @Override
    public void failed(Throwable cause) {
        instance.failed(cause);
    }
}
