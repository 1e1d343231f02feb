// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.matcher;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.routing.Matches;
import io.holdfast.server.routing.SubscriptionTree;
import io.holdfast.server.routing.TreeReader;
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
 * Filters made to be slow: how to run: {@code ./holdfast jmh WorstCaseBenchmark}. What a hostile client can make one
 * lookup cost, for comparison with {@link LookupBenchmark}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class WorstCaseBenchmark {
    /** Levels of the topic. */
    private static final int LEVELS = 12;

    private static final int PARENTS = 1_000;

    /** What the filters are like. */
    public enum Shape {
        /** All 4,096 ways to have a {@code +} or the level's name in twelve levels: every one of them matches. */
        PLUS_EVERYWHERE,
        /** As above, but no filter matches: the last level is another one, and the whole trie is walked for nothing. */
        PLUS_FOR_NOTHING,
        /** One {@code #} at each level of the topic, and a thousand others beside it at each parent. */
        HASH_PARENTS
    }

    @Param
    public Shape shape;

    private TreeReader reader;
    private Matches matches;
    private TopicName topic;

    @Setup
    public void subscribe() {
        SubscriptionTree tree = new SubscriptionTree();
        if (shape == Shape.HASH_PARENTS) {
            hashParents(tree);
        } else {
            plusEverywhere(tree, shape == Shape.PLUS_EVERYWHERE ? "" : "/never");
        }
        reader = tree.newReader();
        matches = new Matches();
        StringBuilder levels = new StringBuilder(level(0));
        for (int i = 1; i < LEVELS; i++) {
            levels.append('/').append(level(i));
        }
        topic = TopicName.of(
                levels.append(shape == Shape.PLUS_FOR_NOTHING ? "/other" : "").toString());
    }

    private static void plusEverywhere(SubscriptionTree tree, String end) {
        for (int mask = 0; mask < 1 << LEVELS; mask++) {
            StringBuilder filter = new StringBuilder();
            for (int i = 0; i < LEVELS; i++) {
                filter.append(i == 0 ? "" : "/").append((mask & (1 << i)) == 0 ? level(i) : "+");
            }
            put(tree, filter.append(end).toString(), mask + 1L);
        }
    }

    private static void hashParents(SubscriptionTree tree) {
        StringBuilder parent = new StringBuilder();
        long number = 1;
        for (int i = 0; i < LEVELS; i++) {
            put(tree, parent + "#", number++);
            for (int other = 0; other < PARENTS; other++) {
                put(tree, parent + "other" + other + "/#", number++);
            }
            parent.append(level(i)).append('/');
        }
    }

    private static void put(SubscriptionTree tree, String filter, long number) {
        tree.put(TopicFilter.parse(filter), number, FilterMix.OPTIONS, 0);
    }

    private static String level(int i) {
        return "level" + i;
    }

    @Benchmark
    public int lookup() {
        reader.match(topic, matches);
        return matches.size();
    }
}
