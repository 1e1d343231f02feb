// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.result;

import org.jspecify.annotations.Nullable;

/**
 * One interval of a phase, about a second.
 *
 * @param seconds since the start of the phase, at the end of the interval
 * @param count units completed in the interval
 * @param perSecond the same by the interval's real length
 * @param p50Micros latency in the interval; 0 when none was recorded, as are the next two
 * @param cpuMicros CPU time of the broker's process in the interval, or null when it is not watched
 * @param rssBytes memory of the broker's process at the end of the interval, or null when it is not watched
 */
public record Sample(
        double seconds,
        long count,
        double perSecond,
        double p50Micros,
        double p99Micros,
        double p999Micros,
        @Nullable Long cpuMicros,
        @Nullable Long rssBytes) {}
