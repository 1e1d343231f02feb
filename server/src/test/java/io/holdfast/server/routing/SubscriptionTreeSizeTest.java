// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import java.lang.management.ManagementFactory;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Memory: per filter, over time, per lookup, and with very many subscribers of one filter. */
class SubscriptionTreeSizeTest {
    private static final int MILLION = 1_000_000;
    private static final int QOS_1 = SubscriptionOptions.of(1, 0, 0);

    private final SubscriptionTree tree = new SubscriptionTree();

    @Test
    @DisplayName("a million filters cost at most 100 B each; coming and going under new names, arrays stay bounded")
    void filters_comingAndGoing_arraysStayBounded() {
        putAll(MILLION, 0);
        assertThat(tree.filterCount()).isEqualTo(MILLION);
        assertThat(tree.heapBytesEstimate() / MILLION).isLessThanOrEqualTo(100);
        SubscriptionTree.Capacity first = tree.capacity();
        removeAll(MILLION, 0);
        assertThat(tree.filterCount()).isZero();

        for (int round = 1; round <= 3; round++) {
            putAll(MILLION, round);
            SubscriptionTree.Capacity again = tree.capacity();
            assertThat(again.nodes()).isLessThanOrEqualTo(first.nodes() + first.nodes() / 10);
            assertThat(again.singles()).isLessThanOrEqualTo(first.singles() + first.singles() / 10);
            assertThat(again.lists()).isEqualTo(first.lists());
            // filled to between a half and three quarters
            assertThat(again.exactSlots()).isLessThanOrEqualTo(first.exactSlots() * 3 / 2);
            assertThat(again.edgeSlots()).isLessThanOrEqualTo(first.edgeSlots() * 3 / 2);
            removeAll(MILLION, round);
        }
        assertThat(tree.capacity().exactSlots()).as("hash tables shrink").isLessThan(1_000);
        assertThat(tree.capacity().edgeSlots()).isLessThan(1_000);
        assertThat(tree.nodeCount()).isLessThan(100);
    }

    @Test
    @DisplayName("one client that changes its filters for ever uses no more memory for it")
    void filters_oneAtATime_reusesMemory() {
        SubscriptionTree.Capacity empty = tree.capacity();
        for (int i = 0; i < 200_000; i++) {
            TopicFilter exact = TopicFilter.parse("reply/" + i);
            TopicFilter wildcard = TopicFilter.parse("job/" + i + "/+/#");
            tree.put(exact, 1, QOS_1, 0);
            tree.put(exact, 2, QOS_1, 0);
            tree.put(wildcard, 1, QOS_1, 0);
            tree.remove(exact, 1);
            tree.remove(exact, 2);
            tree.remove(wildcard, 1);
        }

        SubscriptionTree.Capacity after = tree.capacity();
        assertThat(after.nodes()).isEqualTo(empty.nodes());
        assertThat(after.singles()).isEqualTo(empty.singles());
        assertThat(after.lists()).isEqualTo(empty.lists());
        assertThat(after.exactSlots()).isLessThan(2 * empty.exactSlots());
        assertThat(after.edgeSlots()).isLessThan(2 * empty.edgeSlots());
    }

    @Test
    @DisplayName("100,000 subscribers of one filter come, match and go without copying all of them each time")
    void subscribers_hundredThousand_copyLittle() {
        int subscribers = 100_000;
        TopicFilter filter = TopicFilter.parse("news/#");
        long before = allocatedBytes();
        for (int i = 0; i < subscribers; i++) {
            tree.put(filter, shuffled(i), QOS_1, i);
        }
        Matches matches = new Matches();
        tree.newReader().match(TopicName.of("news/today"), matches);
        assertThat(matches.size()).isEqualTo(subscribers);
        assertThat(tree.subscriptionCount()).isEqualTo(subscribers);
        for (int i = 0; i < subscribers; i++) {
            assertThat(matches.identifier(i) < subscribers
                            && matches.sessionNumber(i) == shuffled(matches.identifier(i)))
                    .isTrue();
        }
        for (int i = 0; i < subscribers; i++) {
            assertThat(tree.remove(filter, shuffled(subscribers - 1 - i))).isTrue();
        }

        assertThat(tree.filterCount()).isZero();
        // a plain array would copy 800 KB on average, 160 GB in all; twenty kilobytes a change is plenty
        assertThat((allocatedBytes() - before) / (2L * subscribers)).isLessThan(20_000);
    }

    @Test
    @DisplayName("a lookup allocates nothing")
    void match_steadyState_allocatesNothing() {
        putAll(10_000, 0);
        TopicName[] topics = new TopicName[1_000];
        for (int i = 0; i < topics.length; i++) {
            topics[i] = TopicName.of("site/0/" + i % 100 + "/device/" + i + "/state");
        }
        TreeReader reader = tree.newReader();
        Matches matches = new Matches();
        long found = matchAll(reader, topics, matches);
        allocatedBytes();
        long before = allocatedBytes();
        for (int round = 0; round < 100; round++) {
            found += matchAll(reader, topics, matches);
        }
        long allocated = allocatedBytes() - before;

        assertThat(found).isPositive();
        // 100,000 lookups; what is left is the measurement's own
        assertThat(allocated).isLessThan(10_000);
    }

    private static long matchAll(TreeReader reader, TopicName[] topics, Matches matches) {
        long found = 0;
        for (TopicName topic : topics) {
            reader.match(topic, matches);
            found += matches.size();
        }
        return found;
    }

    private void putAll(int count, int round) {
        forAll(count, round, filter -> tree.put(filter, 1 + filter.levelCount(), QOS_1, 0) == SubscriptionTree.NONE);
    }

    private void removeAll(int count, int round) {
        forAll(count, round, filter -> tree.remove(filter, 1 + filter.levelCount()));
    }

    private static void forAll(int count, int round, Predicate<TopicFilter> change) {
        IntFunction<String> text = i -> switch (i % 10) {
            case 7 -> "site/" + round + "/+/device/" + i + "/state";
            case 8 -> "site/+/" + i % 100 + "/device/" + i + "/" + round;
            case 9 -> "site/" + round + "/" + i % 100 + "/device/" + i + "/#";
            default -> "site/" + round + "/" + i % 100 + "/device/" + i + "/state";
        };
        int done = 0;
        for (int i = 0; i < count; i++) {
            if (change.test(TopicFilter.parse(text.apply(i)))) {
                done++;
            }
        }
        assertThat(done).isEqualTo(count);
    }

    /** Session numbers in no order, each once. */
    private static long shuffled(int i) {
        return (i * 0x9e3779b97f4a7c15L) >>> 1;
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
