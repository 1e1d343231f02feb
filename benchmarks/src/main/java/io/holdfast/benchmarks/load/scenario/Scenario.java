// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.client.LoadException;
import io.holdfast.benchmarks.load.measure.ThisMachine;
import io.holdfast.benchmarks.load.output.LiveLine;
import io.holdfast.benchmarks.load.output.Outputs;
import io.holdfast.benchmarks.load.result.RunResult;
import io.holdfast.benchmarks.load.result.Verdict;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The course of every scenario: options, run, result, exit code. Sub-commands inherit what is said here. */
@Command(
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the run ended as planned and all was delivered as it should",
            "1:the run failed: the broker could not be reached, refused something, or closed connections",
            "2:wrong usage",
            "3:messages were lost, doubled, reordered or corrupted",
            "130:interrupted; what was measured until then is shown"
        })
abstract class Scenario implements Callable<Integer> {
    static final int EXIT_FAILED = 1;
    static final int EXIT_FAULTS = 3;
    /** What a shell reports for a program that Ctrl-C ended. */
    static final int EXIT_INTERRUPTED = 130;

    /** The verdict of a scenario that verifies no messages. */
    static final Verdict NO_MESSAGES = new Verdict(0, 0, 0, 0, List.of());

    @Spec
    private CommandSpec spec;

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Mixin
    private Outputs outputs = new Outputs();

    /** What the run was asked for, in the order in which it is shown. */
    abstract void describe(Map<String, String> settings);

    /** Makes the load. Phases, notes and failures go to the run as they come. */
    abstract Verdict perform(Run run) throws InterruptedException;

    final TargetOptions target() {
        return target;
    }

    @Override
    public final Integer call() throws InterruptedException {
        try {
            return runAndShow();
        } catch (UsageException e) {
            return fail(ExitCode.USAGE, e.getMessage());
        } catch (LoadException e) {
            return fail(EXIT_FAILED, e.getMessage());
        } catch (IOException e) {
            return fail(EXIT_FAILED, "the result cannot be written: " + e.getMessage());
        }
    }

    private int runAndShow() throws InterruptedException, IOException {
        Map<String, String> settings = new LinkedHashMap<>();
        describe(settings);
        settings.put("mqtt", target.versionName());
        settings.put("loops", Integer.toString(target.loops()));
        try (Interruption interruption = new Interruption();
                LiveLine line = outputs.liveLine(spec.commandLine().getErr());
                Run run = new Run(target, interruption, line)) {
            Instant started = Instant.now();
            Verdict found = performAsFarAsItGoes(run);
            run.cleanUp();
            Verdict verdict = found.withNotes(run.notes());
            RunResult result = new RunResult(
                    spec.name(), settings, run.watch().target(), ThisMachine.look(), started, run.phases(), verdict);
            outputs.write(result, spec.commandLine().getOut());
            return exitCode(run, verdict);
        }
    }

    /** What was measured before a failure is not thrown away with it. */
    private Verdict performAsFarAsItGoes(Run run) throws InterruptedException {
        try {
            return perform(run);
        } catch (LoadException e) {
            if (run.phases().isEmpty()) {
                throw e;
            }
            run.fail("The run ended early: " + e.getMessage() + ".");
            return NO_MESSAGES;
        }
    }

    private static int exitCode(Run run, Verdict verdict) {
        if (!verdict.clean()) {
            return EXIT_FAULTS;
        }
        if (run.hasFailed()) {
            return EXIT_FAILED;
        }
        return run.waiting().isInterrupted() ? EXIT_INTERRUPTED : ExitCode.OK;
    }

    private int fail(int exitCode, @Nullable String sentence) {
        spec.commandLine().getErr().println("holdfast: " + sentence);
        spec.commandLine().getErr().flush();
        return exitCode;
    }
}
