// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.holdfast.protocol.testkit.Seeded;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HashTableTest {
    private record Key(long key0, long key1) {}

    private final HashTable table = new HashTable();

    @Seeded(runs = 30)
    @DisplayName("whatever is put and removed, the table answers as a map does")
    void get_afterRandomChanges_agreesWithMap(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<Key, Integer> model = new HashMap<>();
        int keys = 1 + random.nextInt(4_000);
        for (int step = 0; step < 20_000; step++) {
            // halves repeat, as the nodes of edges do
            Key key = new Key(random.nextLong(keys), random.nextLong(4));
            if (random.nextInt(3) == 0 && model.remove(key) != null) {
                table.remove(key.key0, key.key1);
            } else if (random.nextBoolean()) {
                int value = random.nextBoolean() ? 1 + random.nextInt(9) : -2 - random.nextInt(9);
                model.put(key, value);
                table.put(key.key0, key.key1, value);
            }
            assertThat(table.get(key.key0, key.key1)).isEqualTo(model.getOrDefault(key, HashTable.ABSENT));
        }
        assertThat(table.size()).isEqualTo(model.size());
        model.forEach((key, value) -> assertThat(table.get(key.key0, key.key1)).isEqualTo(value));
    }

    @Test
    @DisplayName("slots are between half and three quarters full after growth, and given back after removal")
    void capacity_growAndShrink_followsSize() {
        int entries = 100_000;
        for (int i = 0; i < entries; i++) {
            table.put(i, 0, 1);
        }
        assertThat(table.capacity()).isBetween(entries * 13L / 10, entries * 21L / 10);
        long empty = new HashTable().capacity();
        for (int i = 0; i < entries; i++) {
            table.remove(i, 0);
        }

        assertThat(table.size()).isZero();
        assertThat(table.capacity()).isEqualTo(empty);
    }

    @Test
    @DisplayName("keys that come and go for ever do not fill the table with tombstones")
    void capacity_churn_bounded() {
        for (int i = 0; i < 1_000; i++) {
            table.put(i, 0, 1);
        }
        long before = table.capacity();
        for (int i = 1_000; i < 1_000_000; i++) {
            table.put(i, 0, 1);
            table.remove(i - 1_000, 0);
        }

        assertThat(table.size()).isEqualTo(1_000);
        assertThat(table.capacity()).isLessThan(2 * before);
        assertThat(table.get(999_999, 0)).isEqualTo(1);
        assertThat(table.get(998_999, 0)).isEqualTo(HashTable.ABSENT);
    }

    @Test
    @DisplayName("removing what is not there is a defect of the caller and says so")
    void remove_absent_throws() {
        assertThatIllegalStateException().isThrownBy(() -> table.remove(1, 1));
        table.put(1, 1, 5);
        table.remove(1, 1);
        assertThatIllegalStateException().isThrownBy(() -> table.remove(1, 1));
        assertThat(table.size()).isZero();
    }
}
