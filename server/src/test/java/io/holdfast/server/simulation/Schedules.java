// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.protocol.testkit.Seeds;
import org.jspecify.annotations.Nullable;

/** Runs schedules and says how to run a failing one again. */
final class Schedules {
    /** {@code -Dholdfast.faults=full} takes this many times more seeds. */
    private static final int FULL = 25;

    private static final int STEPS = 400;

    private Schedules() {}

    /** How many seeds to try: {@code quick} of them, or many more with {@code -Dholdfast.faults=full}. */
    static int runs(int quick) {
        return "full".equals(System.getProperty("holdfast.faults")) ? quick * FULL : quick;
    }

    /** Runs one schedule; {@code -Dtrace=true} puts every step into the failure's message. */
    static void run(long seed) {
        SimWorld world = null;
        boolean tracing = Boolean.getBoolean("trace");
        try {
            world = SimWorld.random(seed, new Faults(), null, tracing);
            world.run(STEPS);
        } catch (AssertionError | RuntimeException e) {
            String trace = tracing && world != null ? "\n" + world.traced() : "";
            throw new AssertionError(Seeds.replay(seed) + ": " + e + trace, e);
        }
    }

    /** How many seeds, from 1 on, it takes to catch a control by its sign; -1 when none of them does. */
    static int seedsUntilCaught(Control control, int seedsMax) {
        for (int seed = 1; seed <= seedsMax; seed++) {
            String seen = violation(control, seed);
            if (seen != null && seen.contains(control.sign)) {
                return seed;
            }
        }
        return -1;
    }

    /** What a schedule of a broken broker comes to; null when nobody notices. */
    private static @Nullable String violation(Control control, long seed) {
        try {
            SimWorld.random(seed, control.faults, control.profile, false).run(STEPS);
            return null;
        } catch (AssertionError | RuntimeException e) {
            // Without one of its rules the core may also run into its own assertions.
            return String.valueOf(e.getMessage());
        }
    }
}
