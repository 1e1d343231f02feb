// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.measure;

import org.jspecify.annotations.Nullable;

/**
 * What the operating system says about a process at one moment; the first and the last of these only rise.
 *
 * @param cpuMicros CPU time of all threads since the process started, user and system
 * @param bytesWritten bytes sent towards the device since then, or null where reading that is not allowed
 */
public record ProcessReading(
        long cpuMicros,
        long rssBytes,
        long rssPeakBytes,
        @Nullable Long bytesWritten) {}
