// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh;

import io.holdfast.tools.Verb;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.openjdk.jmh.Main;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code holdfast jmh}: runs the JMH benchmarks that match a regular expression, and keeps what they said. */
@Command(
        name = "jmh",
        customSynopsis = "holdfast jmh [--quick] [--large] [REGEX] [JMH options]",
        description = {
            "Runs the JMH benchmarks whose full names match REGEX (a package of io.holdfast.benchmarks.jmh, a class, a"
                    + " method), all without one. Bytes allocated (gc.alloc.rate.norm) and processor time (cpu.norm) of"
                    + " an operation stand beside its time.",
            "All benchmarks take about 15 minutes on an idle machine, half of that with --quick, twice with --large.",
            "Examples:",
            "  holdfast jmh --quick matcher",
            "  holdfast jmh QosPath -p sessions=200000 -p fanOut=10",
            "  holdfast jmh --large    the sizes of docs/performance.md",
            "Results: benchmarks/results/jmh-DATE-COMMIT.json when run from a checkout, else jmh-DATE.json in the working"
                    + " folder; -rff FILE says otherwise. The file holds machine, commit, jdk, date, and under"
                    + " 'results' what JMH writes.",
            "Everything else goes to JMH: -l lists benchmarks, -lp their parameters, -h all options."
        })
public final class JmhVerb implements Verb, Callable<Integer> {
    /** What JMH answers without running anything. */
    private static final Set<String> QUESTIONS = Set.of("-h", "-l", "-lp", "-lprof", "-lrf");

    private static final int USAGE = 2;

    @Spec
    private CommandSpec spec;

    @Option(names = "--quick", description = "One fork, two rounds to warm up and two to measure, for a first look.")
    private boolean quick;

    @Option(
            names = "--large",
            description = "The sizes at which targets are set: up to 5 million filters, 200,000 sessions.")
    private boolean large;

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        if (arguments.stream().anyMatch(QUESTIONS::contains)) {
            if (arguments.contains("-h")) {
                spec.commandLine().usage(spec.commandLine().getOut());
            }
            Main.main(arguments.toArray(String[]::new));
            return 0;
        }
        PrintWriter err = spec.commandLine().getErr();
        try {
            CommandLineOptions given = new CommandLineOptions(arguments.toArray(String[]::new));
            new JmhRun(given, quick, large).run();
            return 0;
        } catch (CommandLineOptionException e) {
            err.println("holdfast jmh: " + e.getMessage());
            return USAGE;
        } catch (NoBenchmarksException e) {
            err.println("holdfast jmh: no benchmark matches; -l lists them");
            return 1;
        } catch (RunnerException e) {
            err.println("holdfast jmh: " + e.getMessage());
            return 1;
        }
    }
}
