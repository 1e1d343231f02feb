// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.measure.Meter;
import org.HdrHistogram.Histogram;

/** The meter of a phase in which something merely is. */
record Standing(long count) implements Meter {
    @Override
    public void drainLatencies(Histogram into) {}
}
