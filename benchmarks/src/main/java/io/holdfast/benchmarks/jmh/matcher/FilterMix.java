// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.matcher;

import io.holdfast.benchmarks.jmh.FigureProfiler;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.routing.SubscriptionOptions;
import io.holdfast.server.routing.SubscriptionTree;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.SplittableRandom;

/**
 * The filters of a large broker: of each ten, seven are exact, two hold a {@code +} and one ends in {@code #}; one
 * subscriber each. Topics to look up are many and in no order, so that a lookup misses the processor's caches as it would
 * there.
 */
final class FilterMix {
    /** A power of two. */
    static final int TOPICS = 1 << 18;

    static final int OPTIONS = SubscriptionOptions.of(1, 0, 0);

    private static final String[] QUANTITIES = {"temperature", "humidity", "state", "power"};

    private FilterMix() {}

    /** A tree of this many filters; its heap, counted by the collector, is shown beside the benchmark's time. */
    static SubscriptionTree tree(int filters) {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        long before = memory.getHeapMemoryUsage().getUsed();
        SubscriptionTree tree = new SubscriptionTree();
        for (int i = 0; i < filters; i++) {
            tree.put(TopicFilter.parse(filter(i)), i + 1L, OPTIONS, 0);
        }
        memory.gc();
        long heapBytes = memory.getHeapMemoryUsage().getUsed() - before;
        FigureProfiler.show("heap.perFilter", (double) heapBytes / filters, "B");
        return tree;
    }

    /** Topics that an exact filter of {@link #tree} matches. */
    static TopicName[] exactTopics(int filters) {
        SplittableRandom random = new SplittableRandom(1);
        TopicName[] topics = new TopicName[TOPICS];
        for (int i = 0; i < TOPICS; i++) {
            topics[i] = TopicName.of(topic(random.nextInt(filters / 10) * 10 + random.nextInt(7)));
        }
        return topics;
    }

    /** Topics that a filter of any kind matches; a fifth of them match nothing. */
    static TopicName[] mixedTopics(int filters) {
        SplittableRandom random = new SplittableRandom(2);
        TopicName[] topics = new TopicName[TOPICS];
        for (int i = 0; i < TOPICS; i++) {
            topics[i] = TopicName.of(topic(random.nextInt(filters + filters / 4)));
        }
        return topics;
    }

    private static String topic(int i) {
        return "site/" + i % 100 + "/building/" + i / 100 % 50 + "/device/d" + i + "/" + quantity(i);
    }

    static String filter(int i) {
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
