// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.matcher;

import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.routing.Matches;
import io.holdfast.server.routing.Route;
import io.holdfast.server.routing.Router;
import io.holdfast.server.routing.SubscriptionTree;
import io.holdfast.server.routing.TreeReader;
import io.holdfast.server.session.RouteCache;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
 * Topic to subscriptions: how to run: {@code ./holdfast jmh LookupBenchmark -p filters=100000,1000000,5000000}.
 *
 * <p>{@code exact} and {@code mixed} find what no cache holds; {@code cached} is a publisher that stays with its topic.
 * {@code heap.perFilter} is the whole tree's heap.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx3g")
@State(Scope.Thread)
public class LookupBenchmark {
    private static final int QOS = 1;

    @Param({"100000", "1000000"})
    public int filters;

    private final RouteCache cache = new RouteCache();
    private SubscriptionTree tree;
    private TreeReader reader;
    private Matches matches;
    private TopicName[] exactTopics;
    private TopicName[] mixedTopics;
    private TopicName again;
    private int next;

    @Setup
    public void subscribe() {
        tree = FilterMix.tree(filters);
        reader = tree.newReader();
        matches = new Matches();
        exactTopics = FilterMix.exactTopics(filters);
        mixedTopics = FilterMix.mixedTopics(filters);
        // The same topic in other bytes, as the decoder makes it from each packet.
        again = TopicName.of(exactTopics[0].utf8().clone());
        Route route = new Router(tree.newReader()).route(exactTopics[0], QOS, false, 0);
        cache.put(exactTopics[0], QOS, route);
    }

    /** Topics that an exact filter matches. */
    @Benchmark
    public int exact() {
        return lookup(exactTopics);
    }

    /** Topics that a filter of any kind matches, or none. */
    @Benchmark
    public int mixed() {
        return lookup(mixedTopics);
    }

    /** The topic that this connection published to before. */
    @Benchmark
    public @Nullable Route cached() {
        return cache.get(again, QOS, tree.generation());
    }

    private int lookup(TopicName[] topics) {
        next = (next + 1) & (FilterMix.TOPICS - 1);
        reader.match(topics[next], matches);
        return matches.size();
    }
}
