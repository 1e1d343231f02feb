// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.measure;

import java.time.Duration;

/**
 * What a phase sets out to do; progress and time left follow from whichever bound comes closer to its end.
 *
 * @param name for instance {@code measure}, {@code fill}, {@code drain}
 * @param unit what is counted, in the singular
 * @param latencyOf what the latency spans; empty when none is recorded
 * @param countPlanned ends the phase when that many units are done, 0 for no such bound
 * @param durationPlanned ends the phase after that time, zero for no such bound
 */
public record PhasePlan(String name, String unit, String latencyOf, long countPlanned, Duration durationPlanned) {
    /** A phase that ends after some time. */
    public static PhasePlan lasting(String name, String unit, String latencyOf, Duration duration) {
        return new PhasePlan(name, unit, latencyOf, 0, duration);
    }

    /** A phase that ends when so many units are done. */
    public static PhasePlan counting(String name, String unit, String latencyOf, long count) {
        return new PhasePlan(name, unit, latencyOf, count, Duration.ZERO);
    }

    /** How far the phase is, 0 to 1; 0 for ever when nothing bounds it. */
    double fraction(long count, Duration elapsed) {
        double byCount = countPlanned == 0 ? 0 : count / (double) countPlanned;
        double byTime = durationPlanned.isZero() ? 0 : elapsed.toNanos() / (double) durationPlanned.toNanos();
        return Math.min(1, Math.max(byCount, byTime));
    }
}
