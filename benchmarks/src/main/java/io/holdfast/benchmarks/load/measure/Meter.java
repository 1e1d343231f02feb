// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.measure;

import org.HdrHistogram.Histogram;

/** What a running phase lets the {@link Sampler} see. Called from the sampler's thread, about once a second. */
public interface Meter {
    /** Units completed since the phase began; never falls. */
    long count();

    /**
     * Adds the latencies recorded since the last call to {@code into}, in nanoseconds, as
     * {@link org.HdrHistogram.SingleWriterRecorder#getIntervalHistogram()} of each event loop gives them.
     */
    void drainLatencies(Histogram into);
}
