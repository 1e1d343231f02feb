// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeds;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SubscriptionTreeConcurrencyTest {
    private static final int READERS = 2;
    private static final int QOS_1 = SubscriptionOptions.of(1, 0, 0);

    @Test
    @DisplayName("C15 lookups beside a writer find all that stayed, nothing foreign, nothing twice")
    void match_besideWriter_agreesWithHistory() {
        long seed = Seeds.one();
        SplittableRandom random = new SplittableRandom(seed);
        ConcurrentLookup lookup = new ConcurrentLookup(new SubscriptionTree(), random);

        assertThat(lookup.run(READERS, 4, random)).as(Seeds.replay(seed)).isNull();
    }

    @Test
    @DisplayName("C15 control: without waiting for readers the same check finds a foreign or lost subscription")
    void match_besideWriterThatDoesNotWait_isCaught() {
        long seed = Seeds.one();
        SplittableRandom random = new SplittableRandom(seed);
        SubscriptionTree impatient = new SubscriptionTree(KeyedHash.random(), new Epochs() {
            @Override
            long oldestPinned() {
                return Long.MAX_VALUE;
            }
        });
        ConcurrentLookup lookup = new ConcurrentLookup(impatient, random);

        assertThat(lookup.run(READERS, 60, random)).as(Seeds.replay(seed)).isNotNull();
    }

    @Test
    @DisplayName("C15 what was freed while a reader is in a lookup is used again only after the reader has left")
    void reclaim_readerPinned_waitsForIt() {
        Epochs epochs = new Epochs();
        SubscriptionTree tree = new SubscriptionTree(KeyedHash.random(), epochs);
        Epochs.Pin early = epochs.newPin();
        Epochs.Pin late = epochs.newPin();
        early.enter(epochs.generation());
        subscribeAndLeave(tree, 0);
        late.enter(epochs.generation());
        int nodes = tree.nodeCount();
        assertThat(nodes).as("root, and two nodes and more that wait").isGreaterThan(2);

        tree.reclaim();
        subscribeAndLeave(tree, 1);
        assertThat(tree.nodeCount()).as("nothing was used again").isEqualTo(2 * nodes - 1);

        early.leave();
        tree.reclaim();
        assertThat(tree.nodeCount())
                .as("the late reader cannot stand on the first branch")
                .isEqualTo(nodes);

        late.leave();
        tree.reclaim();
        assertThat(tree.nodeCount()).as("the root alone").isEqualTo(1);
    }

    @Test
    @DisplayName("a lookup leaves no pin behind")
    void match_done_unpinned() {
        Epochs epochs = new Epochs();
        SubscriptionTree tree = new SubscriptionTree(KeyedHash.random(), epochs);
        TreeReader reader = tree.newReader();
        tree.put(TopicFilter.parse("a"), 1, QOS_1, 0);
        reader.match(TopicName.of("a"), new Matches());

        assertThat(epochs.oldestPinned()).isEqualTo(Long.MAX_VALUE);
    }

    private static void subscribeAndLeave(SubscriptionTree tree, int branch) {
        TopicFilter filter = TopicFilter.parse("a/" + branch + "/+/b");
        tree.put(filter, 1, QOS_1, 0);
        assertThat(tree.remove(filter, 1)).isTrue();
    }
}
