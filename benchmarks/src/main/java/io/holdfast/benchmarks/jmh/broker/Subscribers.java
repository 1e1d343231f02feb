// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.broker;

import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.topic.TopicFilter;
import java.util.ArrayList;
import java.util.List;

/** Many connected sessions with one subscription each, made in bursts so that 200,000 of them take seconds. */
final class Subscribers {
    private static final int BURST = 1_000;
    private static final long WAIT_NANOS_MAX = 10_000_000_000L;

    private final InProcessBroker broker;
    private final Permits greeted;
    private final List<BenchmarkConnection> all = new ArrayList<>();

    Subscribers(InProcessBroker broker) {
        this.broker = broker;
        greeted = new Permits(broker::rethrowFailure);
    }

    /** Adds {@code count} sessions; session {@code i} subscribes to {@code topic(i / fanOut)}. */
    void add(int count, int fanOut, QoS qos) {
        for (int from = 0; from < count; from += BURST) {
            int end = Math.min(count, from + BURST);
            for (int i = from; i < end; i++) {
                all.add(new Subscriber("subscriber-" + i));
                broker.connect(all.get(i));
            }
            greeted.await(end - from);
            for (int i = from; i < end; i++) {
                broker.send(all.get(i), List.of(subscribe(topic(i / fanOut), qos)));
            }
            greeted.await(end - from);
        }
    }

    static String topic(int group) {
        return "site/" + group % 100 + "/machine/" + group + "/state";
    }

    static Packet subscribe(String filter, QoS qos) {
        return new Subscribe(1, List.of(new Subscribe.Request(TopicFilter.parse(filter), qos)), Properties.NONE);
    }

    /** Waits until they have received so many messages altogether. */
    void await(long messages) throws InterruptedException {
        long deadline = System.nanoTime() + WAIT_NANOS_MAX;
        long received = received();
        while (received < messages && System.nanoTime() < deadline) {
            received = received();
        }
        if (received != messages) {
            throw new IllegalStateException(messages + " messages were sent and " + received + " received");
        }
    }

    private long received() throws InterruptedException {
        broker.barrier();
        return all.stream().mapToLong(BenchmarkConnection::received).sum();
    }

    private final class Subscriber extends BenchmarkConnection {
        Subscriber(String clientId) {
            super(clientId, broker);
        }

        @Override
        protected void onGreeted() {
            greeted.add(1);
        }
    }
}
