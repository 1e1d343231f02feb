// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeds;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SimulationTest {
    private static final int QUICK = 1_500;

    @Test
    @DisplayName(
            "C01-C26 random schedules with crashes at any step: nothing acknowledged is lost, doubled or reordered")
    void run_anySeed_keepsAllPromises() {
        long[] seeds = Seeds.many(Schedules.runs(QUICK)).toArray();
        for (long seed : seeds) {
            Schedules.run(seed);
        }
        assertThat(seeds).isNotEmpty();
    }
}
