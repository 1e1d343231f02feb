// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Every benchmark runs for a moment at its smallest size, so that none rots unseen; figures mean nothing here. */
class SmokeTest {
    @DisplayName("each benchmark still runs")
    @ParameterizedTest
    @CsvSource({
        "PublishCodecBenchmark, payloadBytes, 64",
        "SubscriptionTreeBenchmark, filters, 100000",
        "QosPathBenchmark, fanOut, 1"
    })
    void benchmark_runForAMoment_measuresSomething(String name, String parameter, String smallest)
            throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(name)
                        .param(parameter, smallest)
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(200))
                        .timeout(TimeValue.minutes(1))
                        .shouldFailOnError(true)
                        .timeUnit(TimeUnit.MICROSECONDS)
                        .build())
                .run();
        assertThat(results)
                .isNotEmpty()
                .allSatisfy(result ->
                        assertThat(result.getPrimaryResult().getScore()).isPositive());
    }
}
