// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.measure;

import io.holdfast.benchmarks.load.result.Sample;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A running phase at one moment, for the eyes of whoever waits.
 *
 * @param fraction 0 to 1
 * @param last the newest interval
 * @param left the time to the end at the present pace, or null when it cannot be known
 */
public record Progress(
        PhasePlan plan,
        double fraction,
        Sample last,
        @Nullable Duration left) {}
