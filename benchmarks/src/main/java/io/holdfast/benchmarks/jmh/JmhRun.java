// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.ProfilerConfig;

/** One call of JMH with the house's defaults under what the user asked for. */
final class JmhRun {
    /** Parameter values of {@code --large}; a benchmark takes those that it has. */
    private static final Map<String, String[]> LARGE = Map.of(
            "filters", new String[] {"100000", "1000000", "5000000"},
            "sessions", new String[] {"10", "10000", "200000"},
            "dirty", new String[] {"10000", "200000"});

    private final CommandLineOptions given;
    private final ChainedOptionsBuilder options;

    JmhRun(CommandLineOptions given, boolean quick, boolean large) {
        this.given = given;
        options = new OptionsBuilder().parent(given);
        addProfilers();
        if (quick) {
            shorten();
        }
        if (large) {
            LARGE.forEach((name, values) -> {
                if (!given.getParameter(name).hasValue()) {
                    options.param(name, values);
                }
            });
        }
    }

    private void addProfilers() {
        boolean gcGiven = given.getProfilers().stream()
                .map(ProfilerConfig::getKlass)
                .anyMatch(name -> name.equals("gc") || name.equals(GCProfiler.class.getName()));
        if (!gcGiven) {
            options.addProfiler(GCProfiler.class);
        }
        options.addProfiler(FigureProfiler.class);
    }

    private void shorten() {
        if (!given.getForkCount().hasValue()) {
            options.forks(1);
        }
        if (!given.getWarmupIterations().hasValue()) {
            options.warmupIterations(2);
        }
        if (!given.getMeasurementIterations().hasValue()) {
            options.measurementIterations(2);
        }
    }

    /**
     * Runs, and writes the results; in another format than JSON they are JMH's own affair.
     *
     * @throws RunnerException when no benchmark matches, or one failed and {@code -foe} was given
     */
    void run() throws RunnerException, IOException {
        if (given.getResultFormat().orElse(ResultFormatType.JSON) != ResultFormatType.JSON) {
            new Runner(options.build()).run();
            return;
        }
        Path file = ResultFile.choose(given.getResult().orElse(null), Instant.now());
        Files.createDirectories(file.toAbsolutePath().getParent());
        try {
            // JMH sees at once whether it may write there, and leaves its own form for us to replace.
            options.resultFormat(ResultFormatType.JSON).result(file.toString());
            ResultFile.write(new Runner(options.build()).run(), file);
        } catch (RunnerException e) {
            if (Files.exists(file) && Files.size(file) == 0) {
                Files.delete(file);
            }
            throw e;
        }
    }
}
