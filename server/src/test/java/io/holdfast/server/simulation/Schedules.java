// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.protocol.testkit.Seeds;

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
            world = new SimWorld(seed, new Faults(), null, tracing);
            world.run(STEPS);
        } catch (AssertionError | RuntimeException e) {
            String trace = tracing && world != null ? "\n" + world.traced() : "";
            throw new AssertionError(Seeds.replay(seed) + ": " + e + trace, e);
        }
    }
}
