// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.session;

import io.holdfast.benchmarks.jmh.broker.BenchmarkConnection;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A message through the session core and the building of its group, from PUBLISH to the last acknowledgement, with a store
 * that costs nothing: how to run: {@code ./holdfast jmh SessionCore}. {@code gc.alloc.rate.norm} is what the core
 * allocates for a message and its acknowledgements, with the packets of the clients that acknowledge.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class SessionCoreBenchmark {
    /** Messages of one read burst, and so of one group. */
    static final int BURST = 64;

    private static final int PAYLOAD_BYTES = 64;

    @Param({"0", "1", "2"})
    public int qos;

    @Param({"1", "10"})
    public int fanOut;

    private final List<BenchmarkConnection> subscribers = new ArrayList<>();
    private final List<Packet> burst = new ArrayList<>();
    private SingleThreadBroker broker;
    private BenchmarkConnection publisher;
    private long sent;

    @Setup
    public void connect() {
        broker = new SingleThreadBroker(new ForgetfulStore());
        publisher = new BenchmarkConnection("publisher", broker);
        broker.connect(publisher);
        TopicName topic = TopicName.of("site/7/machine/42/state");
        for (int i = 0; i < fanOut; i++) {
            BenchmarkConnection subscriber = new BenchmarkConnection("subscriber-" + i, broker);
            subscribers.add(subscriber);
            broker.connect(subscriber);
            broker.run();
            Subscribe.Request request = new Subscribe.Request(TopicFilter.parse(topic.toString()), QoS.of(qos));
            broker.send(subscriber, List.of(new Subscribe(1, List.of(request), Properties.NONE)));
            broker.run();
        }
        for (int id = 1; id <= BURST; id++) {
            byte[] payload = new byte[PAYLOAD_BYTES];
            burst.add(new Publish(qos == 0 ? 0 : id, QoS.of(qos), false, false, topic, payload, Properties.NONE));
        }
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public void message() {
        broker.send(publisher, burst);
        broker.run();
        sent += BURST;
    }

    @TearDown
    public void verify() {
        for (BenchmarkConnection subscriber : subscribers) {
            if (subscriber.received() != sent) {
                throw new IllegalStateException(subscriber.peer() + " has " + subscriber.received() + " of " + sent);
            }
        }
    }
}
