// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.metrics;

import io.holdfast.server.session.ShardEvent;
import java.util.concurrent.atomic.LongAdder;

/** One adder for each {@link BrokerCounter} and each {@link ShardEvent}, from the start of the process. Any thread. */
public final class Counters {
    private final LongAdder[] broker = adders(BrokerCounter.values().length);
    private final LongAdder[] shard = adders(ShardEvent.values().length);

    private final SyncTimes syncTimes = new SyncTimes();

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

    /** How long the syncs of the commit thread took. */
    public SyncTimes syncTimes() {
        return syncTimes;
    }

    public long sum(BrokerCounter counter) {
        return broker[counter.ordinal()].sum();
    }

    public long sum(ShardEvent event) {
        return shard[event.ordinal()].sum();
    }
}
