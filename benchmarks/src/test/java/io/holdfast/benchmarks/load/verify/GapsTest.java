// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class GapsTest {
    @Test
    @DisplayName("skipped numbers are known until they come, as a plain set would know them")
    void fill_random_likeSet() {
        long seed = Long.getLong("seed", 42L);
        Random random = new Random(seed);
        Gaps gaps = new Gaps();
        TreeSet<Integer> expected = new TreeSet<>();
        int next = 0;
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(4) == 0) {
                int end = next + 1 + random.nextInt(5);
                gaps.add(next, end);
                for (int number = next; number < end; number++) {
                    expected.add(number);
                }
                next = end + random.nextInt(3);
            } else {
                int number = Math.max(0, next - random.nextInt(40));
                assertThat(gaps.fill(number)).as("seed %d, step %d", seed, i).isEqualTo(expected.remove(number));
            }
            assertThat(gaps.missing()).as("seed %d, step %d", seed, i).isEqualTo(expected.size());
        }
        assertThat(expected).as("some stay missing").isNotEmpty();
    }

    @Test
    @DisplayName("at the limit the oldest ranges are closed: their numbers stay missing, newer ones can still come")
    void add_beyondLimit_oldestClosed() {
        Gaps gaps = new Gaps();
        int count = 3 * Gaps.RANGES_MAX;
        for (int i = 0; i < count; i++) {
            gaps.add(2 * i, 2 * i + 1);
        }
        assertThat(gaps.fill(0)).isFalse();
        assertThat(gaps.fill(2 * (count - 1))).isTrue();
        assertThat(gaps.missing()).isEqualTo(count - 1);
    }

    @Test
    @DisplayName("a range that cannot be split for lack of room loses its end, and nothing is counted twice")
    void fill_splitAtLimit_endStaysMissing() {
        Gaps gaps = new Gaps();
        for (int i = 0; i < Gaps.RANGES_MAX; i++) {
            gaps.add(10 * i, 10 * i + 5);
        }
        assertThat(gaps.fill(12)).isTrue();
        assertThat(gaps.fill(13)).isFalse();
        assertThat(gaps.fill(11)).isTrue();
        assertThat(gaps.missing()).isEqualTo(5L * Gaps.RANGES_MAX - 2);
    }
}
