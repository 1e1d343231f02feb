// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulation is believed because it finds what it is there to find. */
class ControlTest {
    private static final System.Logger LOG = System.getLogger(ControlTest.class.getName());

    /** Within so many seeds every broken broker has to be caught; most need less than a hundred. */
    private static final int SEEDS_MAX = 1_500;

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("controls: a broker without one of its rules is caught")
    void run_withoutARule_isCaught(Control control) {
        int seed = Schedules.seedsUntilCaught(control, SEEDS_MAX);
        LOG.log(System.Logger.Level.INFO, "{0}: seed {1}, \"{2}\"", control, Integer.toString(seed), control.sign);
        assertThat(seed).as("%s within %d seeds", control, SEEDS_MAX).isPositive();
    }
}
