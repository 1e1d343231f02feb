// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.MonotonicTime.Clock;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class MonotonicTimeTest {
    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long YEAR = 365 * 24 * HOUR;
    private static final long START = 1_700_000_000_000L;

    private long wallMillis = START;
    private long nanos;
    private final MonotonicTime time = new MonotonicTime(() -> wallMillis, () -> nanos);

    /** Time passes, and the broker looks at the clock every second. */
    private void pass(long millis) {
        for (long passed = 0; passed < millis; passed += SECOND) {
            nanos += SECOND * 1_000_000;
            wallMillis += SECOND;
            time.millis();
        }
    }

    private long sinceStart() {
        return time.millis() - START;
    }

    @Test
    @DisplayName("corrections of a minute and less are followed at once when they go ahead")
    void millis_smallStep_followed() {
        pass(MINUTE);
        wallMillis += MINUTE;
        assertThat(sinceStart()).isEqualTo(2 * MINUTE);
        wallMillis -= 30 * SECOND;
        pass(10 * SECOND);
        assertThat(sinceStart()).isEqualTo(2 * MINUTE + 10 * SECOND);
        assertThat(time.clock()).isEqualTo(Clock.AGREES);
    }

    @Test
    @DisplayName("C34 T45 a clock that jumps back a day changes nothing")
    void millis_jumpBack_ownPace() {
        pass(MINUTE);
        wallMillis -= 24 * HOUR;
        pass(HOUR);
        assertThat(sinceStart()).isEqualTo(HOUR + MINUTE);
        assertThat(time.clock()).isEqualTo(Clock.BEHIND);
        wallMillis += 24 * HOUR;
        pass(MINUTE);
        assertThat(sinceStart()).isEqualTo(HOUR + 2 * MINUTE);
        assertThat(time.clock()).isEqualTo(Clock.AGREES);
    }

    @Test
    @DisplayName("T45 a clock that is wrong by a year for ten minutes makes nothing expire more than ten minutes early")
    void millis_jumpAheadAndBack_boundedByItsLength() {
        wallMillis += YEAR;
        assertThat(sinceStart()).isZero();
        pass(10 * MINUTE);
        assertThat(time.clock()).isEqualTo(Clock.AHEAD);
        assertThat(sinceStart()).isEqualTo(20 * MINUTE);
        wallMillis -= YEAR;
        pass(HOUR);
        assertThat(sinceStart()).isEqualTo(20 * MINUTE + HOUR);
        assertThat(time.clock()).isEqualTo(Clock.BEHIND);
    }

    @Test
    @DisplayName("T45 a clock that was put right by three hours is caught up with in three hours")
    void millis_jumpAheadForGood_caughtUp() {
        wallMillis += 3 * HOUR;
        pass(HOUR);
        assertThat(sinceStart()).isEqualTo(2 * HOUR);
        pass(2 * HOUR);
        assertThat(sinceStart()).isEqualTo(6 * HOUR);
        assertThat(time.clock()).isEqualTo(Clock.AGREES);
    }

    @Test
    @DisplayName("C34 what a store has seen counts when the clock says less at a start")
    void noEarlierThan_clockBehind_storeCounts() {
        time.noEarlierThan(START + HOUR);
        pass(SECOND);
        assertThat(sinceStart()).isEqualTo(HOUR + SECOND);
        assertThat(time.clock()).isEqualTo(Clock.BEHIND);
        time.noEarlierThan(START);
        assertThat(sinceStart()).isEqualTo(HOUR + SECOND);
    }

    @RepeatedTest(20)
    @DisplayName("C34 T45 whatever the clock does, time never goes back and never runs faster than allowed")
    void millis_anyClock_boundedPace(RepetitionInfo run) {
        long seed = Long.getLong("seed", run.getCurrentRepetition());
        SplittableRandom random = new SplittableRandom(seed);
        long before = time.millis();
        for (int i = 0; i < 5_000; i++) {
            long passed = random.nextLong(5 * SECOND);
            nanos += passed * 1_000_000;
            wallMillis += random.nextInt(50) == 0 ? random.nextLong(-YEAR, YEAR) : passed;
            long now = time.millis();
            assertThat(now - before)
                    .as("seed %d, step %d", seed, i)
                    .isBetween(passed, Math.max(2 * passed, passed + MonotonicTime.STEP_MILLIS));
            before = now;
        }
    }

    @Test
    @DisplayName("a span is told in days, hours or minutes")
    void text_anySpan_readable() {
        assertThat(MonotonicTime.text(Duration.ofDays(20_000))).isEqualTo("20000 days");
        assertThat(MonotonicTime.text(Duration.ofHours(30))).isEqualTo("30 hours");
        assertThat(MonotonicTime.text(Duration.ofMinutes(61))).isEqualTo("61 minutes");
    }
}
