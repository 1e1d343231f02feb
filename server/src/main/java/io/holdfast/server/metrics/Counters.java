// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.metrics;

import io.holdfast.server.session.ShardEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** One adder for each {@link BrokerCounter} and each {@link ShardEvent}, from the start of the process. Any thread. */
public final class Counters {
    private final LongAdder[] broker = adders(BrokerCounter.values().length);
    private final LongAdder[] shard = adders(ShardEvent.values().length);

    private final Distribution syncTimes = new Distribution();
    private final Distribution groupSizes = new Distribution();
    private final List<Distribution> acknowledged = new ArrayList<>();

    /** For a broker of so many shards. */
    public Counters(int shards) {
        for (int i = 0; i < shards; i++) {
            acknowledged.add(new Distribution());
        }
    }

    private static LongAdder[] adders(int count) {
        LongAdder[] adders = new LongAdder[count];
        for (int i = 0; i < count; i++) {
            adders[i] = new LongAdder();
        }
        return adders;
    }

    public void add(BrokerCounter counter) {
        broker[counter.ordinal()].increment();
    }

    public void add(BrokerCounter counter, long amount) {
        broker[counter.ordinal()].add(amount);
    }

    public void add(ShardEvent event) {
        shard[event.ordinal()].increment();
    }

    /** How long the syncs of the commit thread took, in microseconds; the commit thread writes. */
    public Distribution syncTimes() {
        return syncTimes;
    }

    /** How many messages became durable together; the commit thread writes. */
    public Distribution groupSizes() {
        return groupSizes;
    }

    /**
     * How long messages with QoS 1 and 2 waited from their way to the commit thread until their acknowledgement was
     * written, in microseconds; their shard writes.
     */
    public Distribution acknowledged(int shard) {
        return acknowledged.get(shard);
    }

    List<Distribution> acknowledged() {
        return acknowledged;
    }

    /** Messages that came from clients, whatever their QoS. */
    public long received() {
        return sum(ShardEvent.RECEIVED_QOS_0) + sum(ShardEvent.RECEIVED_QOS_1) + sum(ShardEvent.RECEIVED_QOS_2);
    }

    /** Messages that went to clients, whatever their QoS. */
    public long sent() {
        return sum(ShardEvent.SENT_QOS_0) + sum(ShardEvent.SENT_QOS_1) + sum(ShardEvent.SENT_QOS_2);
    }

    public long sum(BrokerCounter counter) {
        return broker[counter.ordinal()].sum();
    }

    public long sum(ShardEvent event) {
        return shard[event.ordinal()].sum();
    }
}
