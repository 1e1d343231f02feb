// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.session;

import io.holdfast.benchmarks.jmh.broker.BenchmarkConnection;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.routing.SubscriptionOptions;
import io.holdfast.storage.schema.SessionNumbers;
import java.util.ArrayList;
import java.util.List;

/** A publisher and many connected sessions, each with a topic of its own, on a {@link SingleThreadBroker}. */
public final class BusySessions {
    private static final int BURST = 1_000;
    private static final int PAYLOAD_BYTES = 64;

    private final SingleThreadBroker broker;
    private final BenchmarkConnection publisher;
    private final TopicName[] topics;
    private int next;

    public BusySessions(SingleThreadBroker broker, int sessions) {
        this.broker = broker;
        topics = new TopicName[sessions];
        int options = SubscriptionOptions.of(1, 0, 0);
        for (int i = 0; i < sessions; i++) {
            BenchmarkConnection subscriber = new BenchmarkConnection("subscriber-" + i, broker);
            broker.connect(subscriber);
            topics[i] = TopicName.of("site/" + i % 100 + "/machine/" + i + "/state");
            if (i % BURST == 0) {
                broker.run();
            }
        }
        publisher = new BenchmarkConnection("publisher", broker);
        broker.connect(publisher);
        broker.run();
        for (int i = 0; i < sessions; i++) {
            // Sequences rise from 1 in a new broker. Matching needs no subscription row.
            long number = SessionNumbers.of(i + 1L, "subscriber-" + i);
            broker.tree().put(TopicFilter.parse(topics[i].toString()), number, options, 0);
        }
    }

    /** Sends messages to the next sessions in turn, one each, and lets them acknowledge. */
    public void publish(int messages) {
        for (int from = 0; from < messages; from += BURST) {
            int count = Math.min(BURST, messages - from);
            List<Packet> burst = new ArrayList<>(count);
            for (int id = 1; id <= count; id++) {
                byte[] payload = new byte[PAYLOAD_BYTES];
                burst.add(new Publish(id, QoS.AT_LEAST_ONCE, false, false, topics[next], payload, Properties.NONE));
                next = next + 1 == topics.length ? 0 : next + 1;
            }
            broker.send(publisher, burst);
            broker.run();
        }
    }
}
