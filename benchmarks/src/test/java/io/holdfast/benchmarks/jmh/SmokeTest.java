// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Every benchmark runs for a moment at its smallest size, so that none rots unseen; figures mean nothing here. Benchmarks
 * see for themselves that they did what they measure.
 */
class SmokeTest {
    private static final Map<String, Map<String, String>> SMALLEST = Map.ofEntries(
            Map.entry("matcher.LookupBenchmark", Map.of("filters", "1000")),
            Map.entry("matcher.WorstCaseBenchmark", Map.of()),
            Map.entry("matcher.ConcurrentWriterBenchmark", Map.of("filters", "1000")),
            Map.entry("retained.RetainedLookupBenchmark", Map.of("retained", "1000")),
            Map.entry("codec.PacketCodecBenchmark", Map.of()),
            Map.entry("session.SessionCoreBenchmark", Map.of()),
            Map.entry("session.CostGrowthBenchmark", Map.of("subscriptions", "1000")),
            Map.entry("broker.QosPathBenchmark", Map.of("sessions", "10", "fanOut", "10", "shards", "2")),
            Map.entry("broker.DrainBenchmark", Map.of("messages", "1000")),
            Map.entry("commit.CommitThreadBenchmark", Map.of("outstanding", "64")),
            Map.entry("commit.CheckpointBenchmark", Map.of("dirty", "1000")),
            Map.entry("recovery.ReplayBenchmark", Map.of("tailMiB", "1", "sessions", "100")));

    static Stream<String> benchmarks() {
        return SMALLEST.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("benchmarks")
    @DisplayName("each benchmark still runs, with its secondary figures")
    void benchmark_runForAMoment_measuresSomething(String name) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(name.replace(".", "\\."))
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(10))
                .timeout(TimeValue.minutes(1))
                .shouldFailOnError(true)
                .addProfiler(GCProfiler.class)
                .addProfiler(FigureProfiler.class)
                .verbosity(VerboseMode.SILENT);
        SMALLEST.get(name).forEach(options::param);
        Collection<RunResult> results = new Runner(options.build()).run();
        assertThat(results).isNotEmpty().allSatisfy(result -> {
            assertThat(result.getPrimaryResult().getScore()).isPositive();
            assertThat(result.getSecondaryResults()).containsKeys("gc.alloc.rate.norm", "cpu.norm");
        });
    }

    @Test
    @DisplayName("no benchmark is left out of the smoke test")
    void list_always_holdsEveryBenchmark() {
        String root = SmokeTest.class.getPackageName() + ".";
        assertThat(BenchmarkList.defaultList()
                        .find(
                                OutputFormatFactory.createFormatInstance(
                                        new PrintStream(OutputStream.nullOutputStream()), VerboseMode.SILENT),
                                List.of(".*"),
                                List.of()))
                .extracting(entry -> entry.getUserClassQName().substring(root.length()))
                .isSubsetOf(SMALLEST.keySet());
    }
}
