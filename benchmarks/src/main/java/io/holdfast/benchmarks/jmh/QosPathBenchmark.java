// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh;

import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
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
 * A durable message from PUBLISH to the publisher's and all subscribers' last acknowledgement, in process, on a real store
 * with syncs: how to run: {@code ./holdfast jmh QosPathBenchmark -prof gc}.
 *
 * <p>{@value #OUTSTANDING} messages are under way at a time, so the figure is time for each message at saturation.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@State(Scope.Benchmark)
public class QosPathBenchmark {
    static final int OUTSTANDING = 1024;
    private static final int PUBLISHERS = 16;
    private static final int PAYLOAD_BYTES = 64;

    @Param({"1", "2"})
    public int qos;

    @Param({"1", "10"})
    public int fanOut;

    private final Semaphore finished = new Semaphore(0);
    private final List<BenchmarkConnection> publishers = new ArrayList<>();
    private final List<List<Packet>> bursts = new ArrayList<>();
    private InProcessCore core;

    @Setup
    public void connect() {
        core = new InProcessCore();
        for (int p = 0; p < PUBLISHERS; p++) {
            publishers.add(client("publisher-" + p));
            bursts.add(burst(TopicName.of("topic/" + p)));
            for (int s = 0; s < fanOut; s++) {
                BenchmarkConnection subscriber = client("subscriber-" + p + "-" + s);
                Subscribe.Request request = new Subscribe.Request(TopicFilter.parse("topic/" + p), QoS.of(qos));
                core.send(subscriber, List.of(new Subscribe(1, List.of(request), Properties.NONE)));
                await(1);
            }
        }
    }

    private BenchmarkConnection client(String id) {
        BenchmarkConnection connection = new BenchmarkConnection(finished, core::answer);
        core.connect(connection, BenchmarkConnection.connect(id, false));
        await(1);
        return connection;
    }

    private List<Packet> burst(TopicName topic) {
        List<Packet> packets = new ArrayList<>();
        for (int id = 1; id <= OUTSTANDING / PUBLISHERS; id++) {
            packets.add(new Publish(id, QoS.of(qos), false, false, topic, new byte[PAYLOAD_BYTES], Properties.NONE));
        }
        return packets;
    }

    private void await(int permits) {
        try {
            if (!finished.tryAcquire(permits, 30, TimeUnit.SECONDS)) {
                core.rethrowFailure();
                throw new IllegalStateException("no answer for 30 s");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Benchmark
    @OperationsPerInvocation(OUTSTANDING)
    public void publish() {
        for (int p = 0; p < PUBLISHERS; p++) {
            core.send(publishers.get(p), bursts.get(p));
        }
        await(OUTSTANDING * (1 + fanOut));
    }

    @TearDown
    public void close() throws IOException, InterruptedException {
        core.close();
    }
}
