// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.result;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A part of a run that is measured by itself, for instance the filling and the draining of queues.
 *
 * @param unit what is counted, in the singular: {@code message}, {@code delivery}, {@code connection}
 * @param count how many of them the phase completed
 * @param elapsed from the first to the last of them
 * @param latencyOf what the latency spans, for instance {@code PUBLISH to PUBACK}; empty without latencies
 * @param latencyNanos may be empty; not to be changed any more
 * @param timeline one sample a second
 * @param cost what the broker's process spent, or null when it was not watched
 */
public record PhaseResult(
        String name,
        String unit,
        long count,
        Duration elapsed,
        String latencyOf,
        Histogram latencyNanos,
        List<Sample> timeline,
        @Nullable ProcessCost cost) {
    public PhaseResult {
        timeline = List.copyOf(timeline);
    }

    /** Units a second over the whole phase; 0 when nothing took any time. */
    public double perSecond() {
        double seconds = elapsed.toNanos() / (double) TimeUnit.SECONDS.toNanos(1);
        return seconds == 0 ? 0 : count / seconds;
    }

    /** The latency that {@code percentile} percent of the units kept to, in microseconds; 0 without latencies. */
    public double latencyMicros(double percentile) {
        return latencyNanos.getTotalCount() == 0 ? 0 : latencyNanos.getValueAtPercentile(percentile) / 1_000.0;
    }
}
