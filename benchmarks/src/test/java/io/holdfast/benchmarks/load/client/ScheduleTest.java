// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final long START = Long.MAX_VALUE - 1_000; // the clock may overflow

    @Test
    @DisplayName("a million messages at a distance of a third of a nanosecond's fractions do not drift")
    void take_oddDistance_noDrift() {
        Schedule schedule = new Schedule(START, 1_000.0 / 3);
        for (int i = 0; i < 999_999; i++) {
            schedule.take();
        }
        assertThat(schedule.nextNanos() - START).isEqualTo(333_333_000L);
    }

    @Test
    @DisplayName("a message is due at its time and not before, also when the clock overflows")
    void isDue_aroundItsTime_exact() {
        Schedule schedule = new Schedule(START, 2_000);
        schedule.take();
        long dueNanos = schedule.nextNanos();
        assertThat(dueNanos).isNegative();
        assertThat(schedule.isDue(dueNanos - 1)).isFalse();
        assertThat(schedule.isDue(dueNanos)).isTrue();
    }
}
