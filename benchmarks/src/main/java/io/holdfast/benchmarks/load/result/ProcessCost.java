// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.result;

import org.jspecify.annotations.Nullable;

/**
 * What the broker's process spent on a phase, by the operating system's own counts.
 *
 * @param cpuMicros CPU time of all its threads, user and system
 * @param units what the phase completed: the divisor of every "per unit"
 * @param rssBytes resident memory at the end
 * @param rssPeakBytes the most it has been since the process started
 * @param bytesWritten bytes that its writes will cause on the device, or null where the system does not say
 * @param syncs syncs of its log, or null when the broker does not tell
 * @param syncP99Micros what 99 percent of them kept to, to an eighth; null when the broker does not tell
 */
public record ProcessCost(
        long cpuMicros,
        long units,
        long rssBytes,
        long rssPeakBytes,
        @Nullable Long bytesWritten,
        @Nullable Long syncs,
        @Nullable Double syncP99Micros) {
    /** CPU microseconds for each unit; 0 when there was none. */
    public double cpuMicrosPerUnit() {
        return perUnit(cpuMicros);
    }

    /** Bytes written for each unit, or null where the system does not say. */
    public @Nullable Double bytesWrittenPerUnit() {
        return bytesWritten == null ? null : perUnit(bytesWritten);
    }

    /** Syncs for each unit, or null when the broker does not tell. */
    public @Nullable Double syncsPerUnit() {
        return syncs == null ? null : perUnit(syncs);
    }

    private double perUnit(long amount) {
        return units == 0 ? 0 : amount / (double) units;
    }
}
