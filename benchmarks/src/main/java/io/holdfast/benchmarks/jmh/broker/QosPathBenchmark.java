// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.broker;

import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
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
 * A durable message from PUBLISH to the last acknowledgement of publisher and subscribers, in process, on a real store with
 * syncs: how to run: {@code ./holdfast jmh QosPath -p qos=1 -p fanOut=1,10,100 -p sessions=10,10000,200000}.
 *
 * <p>So many messages are under way at all times: a publisher whose burst is acknowledged sends the next one. Each message
 * goes to another topic and so to {@code fanOut} other sessions. {@code -p outstanding=1} shows the latency of one sync.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Xmx3g")
@State(Scope.Benchmark)
public class QosPathBenchmark {
    static final int MESSAGES = 1_024;
    private static final int PUBLISHERS_MAX = 16;
    private static final int PAYLOAD_BYTES = 64;

    @Param({"1", "2"})
    public int qos;

    @Param({"1", "10", "100"})
    public int fanOut;

    /** Subscribing sessions, at least as many as the fan-out. */
    @Param({"10", "10000"})
    public int sessions;

    @Param("1024")
    public int outstanding;

    @Param("1")
    public int shards;

    /** Of publishers and subscribers; {@code -p version=MQTT_5} shows what MQTT 5 costs. */
    @Param("MQTT_3_1_1")
    public ProtocolVersion version;

    private final List<Publisher> publishers = new ArrayList<>();
    private InProcessBroker broker;
    private Permits done;
    private Permits stopped;
    private Subscribers subscribers;
    private TopicName[] topics;
    private volatile boolean stopping;

    @Setup
    public void connect() {
        broker = new InProcessBroker(shards, version);
        done = new Permits(broker::rethrowFailure);
        stopped = new Permits(broker::rethrowFailure);
        int groups = Math.max(1, sessions / fanOut);
        subscribers = new Subscribers(broker);
        subscribers.add(groups * fanOut, fanOut, QoS.of(qos));
        topics = new TopicName[groups];
        for (int i = 0; i < groups; i++) {
            topics[i] = TopicName.of(Subscribers.topic(i));
        }
        int count = Math.min(PUBLISHERS_MAX, outstanding);
        for (int p = 0; p < count; p++) {
            publishers.add(new Publisher("publisher-" + p, outstanding / count, p * groups / count));
            broker.connect(publishers.get(p));
        }
        done.await(count);
        publishers.forEach(Publisher::next);
    }

    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public void message() {
        done.await(MESSAGES);
    }

    /** Lets what is under way come to its end, and sees that nothing was lost or doubled on the way. */
    @TearDown
    public void close() throws InterruptedException {
        stopping = true;
        stopped.await(publishers.size());
        long sent = publishers.stream().mapToLong(publisher -> publisher.sent).sum();
        subscribers.await(sent * fanOut);
        broker.close();
    }

    /** Keeps one burst under way. */
    private final class Publisher extends BenchmarkConnection {
        private final int burst;
        private int topic;
        private int missing;
        private long sent;

        Publisher(String clientId, int burst, int firstTopic) {
            super(clientId, broker);
            this.burst = burst;
            topic = firstTopic;
        }

        void next() {
            List<Packet> packets = new ArrayList<>(burst);
            for (int id = 1; id <= burst; id++) {
                topic = topic + 1 == topics.length ? 0 : topic + 1;
                byte[] payload = new byte[PAYLOAD_BYTES];
                packets.add(new Publish(id, QoS.of(qos), false, false, topics[topic], payload, Properties.NONE));
            }
            missing = burst;
            sent += burst;
            send(packets);
        }

        @Override
        protected void onGreeted() {
            done.add(1);
        }

        @Override
        protected void onAcknowledged() {
            if (--missing == 0) {
                done.add(burst);
                if (stopping) {
                    stopped.add(1);
                } else {
                    next();
                }
            }
        }
    }
}
