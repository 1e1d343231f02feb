// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Secondary figures: the processor time of the whole process for each operation, garbage collection and compilation
 * included, and what a benchmark found out while it was set up.
 *
 * <p>JMH's own counters of events are summed over rounds, which makes no sense for a size; a profiler's are averaged.
 */
public final class FigureProfiler implements InternalProfiler {
    private record Figure(double value, String unit) {}

    /** Of the benchmark that runs in this process. */
    private static final Map<String, Figure> FIGURES = new ConcurrentHashMap<>();

    private final OperatingSystemMXBean process = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private long cpuNanosBefore;

    /** JMH makes a new one for each benchmark, before its set-up. */
    public FigureProfiler() {
        FIGURES.clear();
    }

    /** Shows a figure of the benchmark's set-up beside its time. */
    public static void show(String name, double value, String unit) {
        FIGURES.put(name, new Figure(value, unit));
    }

    @Override
    public String getDescription() {
        return "processor time for each operation, and sizes";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        cpuNanosBefore = process.getProcessCpuTime();
    }

    @Override
    @SuppressWarnings("rawtypes") // JMH's interface says so
    public Collection<? extends Result> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        double cpuNanos = process.getProcessCpuTime() - cpuNanosBefore;
        List<Result<?>> results = new ArrayList<>();
        long operations = result.getMetadata().getAllOps();
        if (operations > 0) {
            results.add(new ScalarResult("cpu.norm", cpuNanos / operations, "ns/op", AggregationPolicy.AVG));
        }
        FIGURES.forEach((name, figure) ->
                results.add(new ScalarResult(name, figure.value(), figure.unit(), AggregationPolicy.AVG)));
        return results;
    }
}
