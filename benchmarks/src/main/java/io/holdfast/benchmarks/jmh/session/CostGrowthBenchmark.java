// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.session;

import io.holdfast.benchmarks.jmh.broker.BenchmarkConnection;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.routing.Route;
import io.holdfast.server.routing.Router;
import io.holdfast.server.routing.SubscriptionOptions;
import io.holdfast.storage.schema.SessionNumbers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
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
 * What a publish costs that ten subscriptions match, among few and among many: how to run:
 * {@code ./holdfast jmh CostGrowth}. The last figure is to be at most twice the first.
 *
 * <p>Processor time (cpu.norm) tells more than time on a machine that others share. {@code route} finds and merges the recipients; {@code publish} is the whole way of {@link SessionCoreBenchmark}. Topics
 * come in no order, so no cache holds the route.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 6, time = 2) // its code is large, and half of it waits for the compiler
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx3g")
@State(Scope.Thread)
public class CostGrowthBenchmark {
    static final int BURST = 64;
    private static final int MATCHES = 10;
    private static final int EXACT = 7;
    private static final int SESSIONS = 1_000;

    @Param({"1000", "100000", "1000000"})
    public int subscriptions;

    private final List<BenchmarkConnection> subscribers = new ArrayList<>();
    private SingleThreadBroker broker;
    private BenchmarkConnection publisher;
    private Router router;
    private TopicName[] topics;
    private int next;
    private long sent;

    @Setup
    public void subscribe() {
        broker = new SingleThreadBroker(new ForgetfulStore());
        long[] numbers = new long[SESSIONS];
        for (int i = 0; i < SESSIONS; i++) {
            BenchmarkConnection subscriber = new BenchmarkConnection("subscriber-" + i, broker);
            subscribers.add(subscriber);
            numbers[i] = SessionNumbers.of(i + 1L, subscriber.peer()); // sequences rise from 1 in a new broker
            broker.connect(subscriber);
            broker.run();
        }
        publisher = new BenchmarkConnection("publisher", broker);
        broker.connect(publisher);
        broker.run();
        List<TopicName> names = new ArrayList<>();
        int options = SubscriptionOptions.of(1, 0, 0);
        for (int i = 0; i < subscriptions / MATCHES; i++) {
            names.add(TopicName.of("site/" + i % 100 + "/building/" + i % 7 + "/device/d" + i + "/state"));
            for (int k = 0; k < MATCHES; k++) {
                long number = numbers[(i * MATCHES + k) % SESSIONS];
                broker.tree().put(TopicFilter.parse(filter(i, k, names.get(i))), number, options, 0);
            }
        }
        Collections.shuffle(names, new Random(1));
        topics = names.toArray(TopicName[]::new);
        router = new Router(broker.tree().newReader());
    }

    /** The mix of a large broker: seven exact ones, two with a plus, one with a number sign. */
    private static String filter(int i, int k, TopicName topic) {
        if (k < EXACT) {
            return topic.toString();
        }
        return switch (k) {
            case EXACT -> "site/+/building/" + i % 7 + "/device/d" + i + "/state";
            case EXACT + 1 -> "site/" + i % 100 + "/building/+/device/d" + i + "/state";
            default -> "site/" + i % 100 + "/building/" + i % 7 + "/device/d" + i + "/#";
        };
    }

    private TopicName topic() {
        next = next + 1 == topics.length ? 0 : next + 1;
        return topics[next];
    }

    @Benchmark
    public Route route() {
        return router.route(topic(), 1, false, 0);
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public void publish() {
        List<Packet> burst = new ArrayList<>(BURST);
        for (int id = 1; id <= BURST; id++) {
            burst.add(new Publish(id, QoS.AT_LEAST_ONCE, false, false, topic(), new byte[64], Properties.NONE));
        }
        broker.send(publisher, burst);
        broker.run();
        sent += BURST;
    }

    @TearDown
    public void verify() {
        long received =
                subscribers.stream().mapToLong(BenchmarkConnection::received).sum();
        if (received != sent * MATCHES) {
            throw new IllegalStateException(sent + " messages sent, " + received + " received");
        }
    }
}
