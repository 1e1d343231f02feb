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
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Lookups while another thread subscribes and unsubscribes as fast as it can: how to run:
 * {@code ./holdfast jmh ConcurrentWriterBenchmark}. Compare {@code reader} with {@link LookupBenchmark#mixed}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx3g")
@State(Scope.Group)
public class ConcurrentWriterBenchmark {
    @Param("1000000")
    public int filters;

    private SubscriptionTree tree;
    private TopicName[] topics;
    private TopicFilter[] changing;

    @Setup
    public void subscribe() {
        tree = FilterMix.tree(filters);
        topics = FilterMix.mixedTopics(filters);
        changing = new TopicFilter[1 << 12];
        for (int i = 0; i < changing.length; i++) {
            // Kinds as in the mix, of devices that nobody has yet.
            changing[i] = TopicFilter.parse(FilterMix.filter(filters + i));
        }
    }

    /** What each reading thread has of its own. */
    @State(Scope.Thread)
    public static class Reader {
        private TreeReader tree;
        private Matches matches;
        private int next;

        @Setup
        public void open(ConcurrentWriterBenchmark shared) {
            tree = shared.tree.newReader();
            matches = new Matches();
        }
    }

    /** Where the writing thread stands. */
    @State(Scope.Thread)
    public static class Writer {
        private int next;
        private boolean adding = true;
    }

    @Benchmark
    @Group("beside")
    @GroupThreads(1)
    public int reader(Reader reader) {
        reader.next = (reader.next + 1) & (FilterMix.TOPICS - 1);
        reader.tree.match(topics[reader.next], reader.matches);
        return reader.matches.size();
    }

    /** One change: all filters of a round are added, then all are removed. */
    @Benchmark
    @Group("beside")
    @GroupThreads(1)
    public long writer(Writer writer) {
        TopicFilter filter = changing[writer.next];
        if (writer.adding) {
            tree.put(filter, 1L + writer.next, FilterMix.OPTIONS, 0);
        } else {
            tree.remove(filter, 1L + writer.next);
        }
        writer.next = (writer.next + 1) & (changing.length - 1);
        writer.adding ^= writer.next == 0;
        return tree.generation();
    }
}
