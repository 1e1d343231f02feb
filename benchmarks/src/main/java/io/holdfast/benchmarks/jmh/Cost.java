// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * Processor time and allocation of a part of a benchmark's invocation, by all threads: for those that must be set up anew
 * each time, where JMH's profilers count the set-up too. Shown beside the time as {@code part.cpu} and {@code part.alloc},
 * for each of the part's own units.
 */
public final class Cost {
    private static final OperatingSystemMXBean PROCESS =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    private final long cpuNanos = PROCESS.getProcessCpuTime();
    private final long allocatedBytes = allocatedBytes();

    private Cost() {}

    public static Cost start() {
        return new Cost();
    }

    /** Shows what was spent since the start; threads that ended meanwhile are left out of the allocation. */
    public void show(long units) {
        FigureProfiler.show("part.cpu", (double) (PROCESS.getProcessCpuTime() - cpuNanos) / units, "ns/unit");
        FigureProfiler.show("part.alloc", (double) (allocatedBytes() - allocatedBytes) / units, "B/unit");
    }

    private static long allocatedBytes() {
        long sum = 0;
        for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }
}
