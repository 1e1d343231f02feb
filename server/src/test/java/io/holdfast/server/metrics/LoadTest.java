// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LoadTest {
    private final AtomicLong counter = new AtomicLong(1_000);
    private final Load load = new Load(counter::get, 0);
    private long nanos;

    private void run(int seconds, long eachSecond) {
        for (int i = 0; i < seconds; i++) {
            nanos += TimeUnit.SECONDS.toNanos(1);
            counter.addAndGet(eachSecond);
            load.tick(nanos);
        }
    }

    @Test
    @DisplayName("a steady rate is reached by the short average first; what was before the start does not count")
    void tick_steadyRate_reached() {
        run(60, 10);
        assertThat(load.perMinute(0)).isCloseTo(600 * (1 - Math.exp(-1)), within(0.1));
        assertThat(load.perMinute(1)).isCloseTo(600 * (1 - Math.exp(-0.2)), within(0.1));
        assertThat(load.perMinute(2)).isCloseTo(600 * (1 - Math.exp(-1 / 15.0)), within(0.1));
        run(3_600, 10);
        assertThat(load.perMinute(0)).isCloseTo(600, within(0.1));
        assertThat(load.perMinute(2)).isBetween(580.0, 600.0);
    }

    @Test
    @DisplayName("however long the interval is, a silent minute leaves 1/e of the short average")
    void tick_silence_decays() {
        run(3_600, 10);
        nanos += TimeUnit.MINUTES.toNanos(1);
        load.tick(nanos);
        assertThat(load.perMinute(0)).isCloseTo(600 / Math.E, within(0.1));
    }
}
