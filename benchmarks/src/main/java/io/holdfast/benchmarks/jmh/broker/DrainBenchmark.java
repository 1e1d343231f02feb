// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.broker;

import io.holdfast.benchmarks.jmh.Cost;
import io.holdfast.protocol.packet.Disconnect;
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
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A client comes back to a deep queue and acknowledges all of it: how to run: {@code ./holdfast jmh Drain}. The time is
 * that of the whole queue, from CONNECT to the last message; {@code part.cpu} and {@code part.alloc} are for a message.
 *
 * <p>The session has left memory before, so its queue is read from fragments on disk, as after a long absence.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 5)
@Fork(value = 1, jvmArgsAppend = "-Xmx3g")
@State(Scope.Benchmark)
public class DrainBenchmark {
    private static final int BURST = 1_000;
    private static final int PAYLOAD_BYTES = 64;
    private static final TopicName TOPIC = TopicName.of("site/7/machine/42/state");

    @Param("100000")
    public int messages;

    @Param({"1", "2"})
    public int qos;

    private InProcessBroker broker;
    private Permits steps;
    private Client publisher;
    private Client sleeper;

    @Setup
    public void connect() {
        broker = new InProcessBroker(1, ProtocolVersion.MQTT_3_1_1);
        steps = new Permits(broker::rethrowFailure);
        publisher = new Client("publisher");
        broker.connect(publisher);
        sleeper = new Client("sleeper");
        broker.connect(sleeper);
        steps.await(2);
        broker.send(sleeper, List.of(Subscribers.subscribe(TOPIC.toString(), QoS.of(qos))));
        steps.await(1);
    }

    @Setup(Level.Invocation)
    public void fill() throws InterruptedException {
        broker.send(sleeper, List.of(Disconnect.NORMAL));
        steps.await(1);
        for (int from = 0; from < messages; from += BURST) {
            int count = Math.min(BURST, messages - from);
            List<Packet> burst = new ArrayList<>(count);
            for (int id = 1; id <= count; id++) {
                byte[] payload = new byte[PAYLOAD_BYTES];
                burst.add(new Publish(id, QoS.of(qos), false, false, TOPIC, payload, Properties.NONE));
            }
            broker.send(publisher, burst);
            steps.await(count);
        }
        broker.settle();
    }

    @Benchmark
    public long drain() {
        Cost cost = Cost.start();
        sleeper = new Client("sleeper");
        broker.connect(sleeper);
        steps.await(2); // CONNACK, and the last message
        cost.show(messages);
        return sleeper.received();
    }

    @TearDown
    public void close() throws InterruptedException {
        broker.close();
    }

    private final class Client extends BenchmarkConnection {
        Client(String clientId) {
            super(clientId, broker);
        }

        @Override
        protected void onGreeted() {
            steps.add(1);
        }

        @Override
        protected void onAcknowledged() {
            steps.add(1);
        }

        @Override
        protected void onReceived() {
            if (received() == messages) {
                steps.add(1);
            }
        }

        @Override
        protected void onClosed() {
            steps.add(1);
        }
    }
}
