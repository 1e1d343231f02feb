// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeded;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.storage.store.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;

/** The tree against the plainest model there is: a map of subscriptions and {@link TopicFilter#matches}. */
class SubscriptionTreePropertyTest {
    /** Few level names, so that filters share branches, and some that only differ in length. */
    private static final List<String> LEVELS = List.of("", "a", "b", "aa", "$SYS", "a very long level's name");

    private static final int DEPTH_MAX = 5;

    private record Key(TopicFilter filter, long sessionNumber) {}

    private record Terms(int options, int identifier) {}

    private final Map<Key, Terms> model = new HashMap<>();
    private SubscriptionTree tree = new SubscriptionTree();
    private TreeReader reader = tree.newReader();
    private final Matches matches = new Matches();

    @Seeded(runs = 100)
    @DisplayName("S44 S46-S58 whatever is put and removed, the tree answers as the definition of matching does")
    void match_afterRandomChanges_agreesWithDefinition(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int sessions = 1 + random.nextInt(20);
        // from trees that stay nearly empty to trees that only grow
        double removals = random.nextDouble(0.7);
        for (int step = 0; step < 600; step++) {
            Key key = new Key(filter(random), random.nextLong(sessions) << 40 | 5);
            if (random.nextDouble() < removals) {
                assertThat(tree.remove(key.filter, key.sessionNumber)).isEqualTo(model.remove(key) != null);
            } else {
                put(key, random);
            }
            if (random.nextInt(100) == 0) {
                goOnWithSnapshot();
            }
            if (random.nextInt(3) == 0) {
                checkMatch(TopicName.of(text(random, /* plus= */ 0)));
            }
        }
        assertThat(tree.subscriptionCount()).isEqualTo(model.size());
        assertThat(tree.filterCount()).isEqualTo((int)
                model.keySet().stream().map(Key::filter).distinct().count());
        removeAll();
    }

    /** As over a clean stop and a start. */
    private void goOnWithSnapshot() {
        BytesSink bytes = new BytesSink();
        try {
            tree.writeTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        tree = SubscriptionTree.load(bytes.content());
        reader = tree.newReader();
    }

    /** A snapshot in memory. */
    private static final class BytesSink implements Snapshot.Sink {
        private final ByteBuffer bytes = ByteBuffer.allocate(4 << 20).order(ByteOrder.LITTLE_ENDIAN);

        @Override
        public void putInt(int value) {
            bytes.putInt(value);
        }

        @Override
        public void putLong(long value) {
            bytes.putLong(value);
        }

        @Override
        public void putBytes(byte[] values) {
            bytes.put(values);
        }

        @Override
        public void putInts(int[] values) {
            for (int value : values) {
                bytes.putInt(value);
            }
        }

        @Override
        public void putLongs(long[] values) {
            for (long value : values) {
                bytes.putLong(value);
            }
        }

        ByteBuffer content() {
            return bytes.flip();
        }
    }

    private void put(Key key, SplittableRandom random) {
        Terms terms = new Terms(
                SubscriptionOptions.of(random.nextInt(3), random.nextInt(3), random.nextInt(4) << 2 & 0b1100),
                random.nextInt(1 << 28));
        Terms previous = model.put(key, terms);
        assertThat(tree.put(key.filter, key.sessionNumber, terms.options, terms.identifier))
                .isEqualTo(previous == null ? SubscriptionTree.NONE : previous.options);
    }

    private void checkMatch(TopicName topic) {
        List<String> expected = new ArrayList<>();
        model.forEach((key, terms) -> {
            if (key.filter.matches(topic)) {
                expected.add(key.sessionNumber + " " + terms.options + " " + terms.identifier);
            }
        });
        reader.match(topic, matches);
        List<String> found = new ArrayList<>();
        for (int i = 0; i < matches.size(); i++) {
            found.add(matches.sessionNumber(i) + " " + matches.options(i) + " " + matches.identifier(i));
        }
        assertThat(found).as(topic.toString()).containsExactlyInAnyOrderElementsOf(expected);
    }

    private void removeAll() {
        for (Key key : model.keySet()) {
            assertThat(tree.remove(key.filter, key.sessionNumber)).isTrue();
        }
        assertThat(tree.subscriptionCount()).isZero();
        assertThat(tree.filterCount()).isZero();
        tree.reclaim();
        assertThat(tree.nodeCount()).as("the root alone").isEqualTo(1);
    }

    private static TopicFilter filter(SplittableRandom random) {
        String text = text(random, /* plus= */ 3);
        return TopicFilter.parse(random.nextInt(4) == 0 ? (random.nextInt(8) == 0 ? "#" : text + "/#") : text);
    }

    /** Levels of the alphabet, one in {@code plus} a single-level wildcard (0: none). */
    private static String text(SplittableRandom random, int plus) {
        StringBuilder text = new StringBuilder();
        int depth = 1 + random.nextInt(DEPTH_MAX);
        for (int level = 0; level < depth; level++) {
            text.append(level == 0 ? "" : "/");
            text.append(plus > 0 && random.nextInt(plus) == 0 ? "+" : LEVELS.get(random.nextInt(LEVELS.size())));
        }
        return text.isEmpty() ? "a" : text.toString();
    }
}
