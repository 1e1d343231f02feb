// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.routing.Matches;
import io.holdfast.server.routing.SubscriptionOptions;
import io.holdfast.server.routing.SubscriptionTree;
import io.holdfast.server.routing.TreeReader;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Topic to recipients, uncached: how to run: {@code ./holdfast jmh SubscriptionTreeBenchmark -prof gc}.
 *
 * <p>One subscriber per filter, of which 70 % are exact, 20 % hold a {@code +} and 10 % end in {@code #}. The topics are
 * many and in no order, so that a lookup misses the processor's caches as it would in a large broker. Bytes allocated
 * per lookup are {@code gc.alloc.rate.norm}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
@State(Scope.Thread)
public class SubscriptionTreeBenchmark {
    private static final int TOPICS = 1 << 18;
    private static final String[] QUANTITIES = {"temperature", "humidity", "state", "power"};

    @Param({"100000", "1000000"})
    public int filters;

    private TreeReader reader;
    private Matches matches;
    private TopicName[] exactTopics;
    private TopicName[] mixedTopics;
    private int next;

    @Setup
    public void subscribe() {
        SubscriptionTree tree = new SubscriptionTree();
        int options = SubscriptionOptions.of(1, 0, 0);
        for (int i = 0; i < filters; i++) {
            tree.put(TopicFilter.parse(filter(i)), i + 1L, options, 0);
        }
        reader = tree.newReader();
        matches = new Matches();
        exactTopics = new TopicName[TOPICS];
        mixedTopics = new TopicName[TOPICS];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < TOPICS; i++) {
            exactTopics[i] = TopicName.of(topic(random.nextInt(filters / 10) * 10 + random.nextInt(7)));
            // a fifth of them match nothing
            mixedTopics[i] = TopicName.of(topic(random.nextInt(filters + filters / 4)));
        }
    }

    /** Topics that an exact filter matches. */
    @Benchmark
    public int exactLookup() {
        return lookup(exactTopics);
    }

    /** Topics that a filter of any kind matches, or none. */
    @Benchmark
    public int mixedLookup() {
        return lookup(mixedTopics);
    }

    private int lookup(TopicName[] topics) {
        next = (next + 1) & (TOPICS - 1);
        reader.match(topics[next], matches);
        return matches.size();
    }

    private static String topic(int i) {
        return "site/" + i % 100 + "/building/" + i / 100 % 50 + "/device/d" + i + "/" + quantity(i);
    }

    private static String filter(int i) {
        return switch (i % 10) {
            case 7 -> "site/+/building/" + i / 100 % 50 + "/device/d" + i + "/" + quantity(i);
            case 8 -> "site/" + i % 100 + "/building/+/device/d" + i + "/" + quantity(i);
            case 9 -> "site/" + i % 100 + "/building/" + i / 100 % 50 + "/device/d" + i + "/#";
            default -> topic(i);
        };
    }

    private static String quantity(int i) {
        return QUANTITIES[i & (QUANTITIES.length - 1)];
    }
}
