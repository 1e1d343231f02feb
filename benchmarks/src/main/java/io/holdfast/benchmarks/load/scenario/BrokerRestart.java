// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.client.Access.Lifetime;
import io.holdfast.benchmarks.load.client.LoadClient;
import io.holdfast.benchmarks.load.client.LoadException;
import io.holdfast.benchmarks.load.client.LoadLoop;
import io.holdfast.benchmarks.load.client.Outcome;
import io.holdfast.benchmarks.load.client.Recording;
import io.holdfast.benchmarks.load.measure.PhasePlan;
import io.holdfast.benchmarks.load.measure.Sampler;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Ends the broker's process and starts its successor. */
final class BrokerRestart {
    /** How the process is told to end. */
    enum Signal {
        /** SIGKILL: what it had not handed to the system is gone. */
        KILL,
        /** SIGTERM: a clean stop. */
        TERM
    }

    private static final Duration START_MAX = Duration.ofMinutes(15);
    private static final long RETRY_MILLIS = 2;

    private final Run run;
    private final ProcessHandle before;
    private final String startCommand;
    private @Nullable Process successor;

    /**
     * Nothing happens yet.
     *
     * @param startCommand for the system's shell
     */
    private BrokerRestart(Run run, long pid, String startCommand) {
        this.run = run;
        this.startCommand = startCommand;
        before = ProcessHandle.of(pid).orElseThrow(() -> new LoadException("there is no process " + pid));
    }

    /**
     * Of the process that the user names.
     *
     * @throws UsageException when none is named
     */
    static BrokerRestart of(Run run, TargetOptions target, String startCommand) {
        Long pid = target.pid();
        if (pid == null) {
            throw target.usage("--pid is needed: it names the broker's process, which this scenario ends");
        }
        return new BrokerRestart(run, pid, startCommand);
    }

    /** Ends the process as a phase of its own. */
    void measureStop(Signal signal) throws InterruptedException {
        Recording ended = new Recording(run.loops());
        Sampler sampler = run.begin(PhasePlan.counting("stop", "broker", "signal to end of the process", 1), ended);
        stop(signal, ended);
        run.add(sampler.end());
    }

    /** Starts its successor as a phase of its own. */
    void measureStart() throws InterruptedException {
        Recording connected = new Recording(run.loops());
        Sampler sampler =
                run.begin(PhasePlan.counting("start", "connection", "command to first CONNACK", 1), connected);
        start(connected);
        run.add(sampler.end());
    }

    /** Ends the process and waits until it is gone; records how long that took. */
    private void stop(Signal signal, Recording recording) {
        long start = System.nanoTime();
        boolean sent = signal == Signal.KILL ? before.destroyForcibly() : before.destroy();
        if (!sent || !run.waiting().await(() -> !before.isAlive(), START_MAX)) {
            throw new LoadException("process " + before.pid() + " could not be ended; it must belong to the same user");
        }
        recording.add(loop(), System.nanoTime() - start);
    }

    /** Starts the successor and waits for its first CONNACK; records how long that took. */
    private void start(Recording recording) {
        long start = System.nanoTime();
        Process started = launch();
        successor = started;
        LoadClient probe = new LoadClient(run.crew("probe"), 0);
        probe.loop().executor().execute(() -> connect(probe, start, recording));
        boolean over = run.waiting().await(() -> recording.total() > 0 || !started.isAlive(), START_MAX);
        if (recording.total() == 0) {
            throw new LoadException(
                    over && !run.waiting().isInterrupted()
                            ? "'" + startCommand + "' ended with exit code " + started.exitValue()
                                    + " before anybody could connect; it must run in the foreground"
                            : "nobody could connect to what '" + startCommand + "' started");
        }
    }

    private Process launch() {
        try {
            return new ProcessBuilder("sh", "-c", startCommand)
                    .redirectInput(Redirect.from(new File("/dev/null")))
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new LoadException("'" + startCommand + "' could not be started: " + e.getMessage());
        }
    }

    private void connect(LoadClient probe, long startNanos, Recording recording) {
        probe.connect(Lifetime.CLEAN, new Outcome() {
            @Override
            public void succeeded() {
                recording.add(probe.loop(), System.nanoTime() - startNanos);
            }

            @Override
            public void failed(String reason) {
                ScheduledFuture<?> unused = probe.loop()
                        .executor()
                        .schedule(() -> connect(probe, startNanos, recording), RETRY_MILLIS, TimeUnit.MILLISECONDS);
            }
        });
    }

    private LoadLoop loop() {
        return run.loops().of(0);
    }

    /** The new process: what the shell became, or what it started. */
    long pid() {
        Process started = successor;
        if (started == null) {
            throw new IllegalStateException("nothing was started");
        }
        return started.descendants()
                .reduce((first, second) -> second)
                .orElse(started.toHandle())
                .pid();
    }
}
