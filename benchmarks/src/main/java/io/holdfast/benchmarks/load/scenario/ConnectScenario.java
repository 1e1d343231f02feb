// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.client.Access.Lifetime;
import io.holdfast.benchmarks.load.client.LoadClient;
import io.holdfast.benchmarks.load.client.Wave;
import io.holdfast.benchmarks.load.measure.PhasePlan;
import io.holdfast.benchmarks.load.measure.Sampler;
import io.holdfast.benchmarks.load.result.ProcessCost;
import io.holdfast.benchmarks.load.result.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Connections: new and known sessions, short lives, and idleness. */
@Command(
        name = "connect",
        description = {
            "Connects durable sessions that the broker has never seen (phase 'storm'), the same again (phase 'resume'),"
                    + " and lets clean ones come and go (phase 'churn'). A connection is counted at its CONNACK; in"
                    + " 'churn' when it is closed again.",
            "With --idle N instead: opens N connections (phase 'open') and holds them without a word (phase 'idle')."
        })
public final class ConnectScenario extends Scenario {
    private static final String CONNECTION = "connection";
    private static final String LATENCY = "TCP connect to CONNACK";
    private static final Duration BASELINE = Duration.ofSeconds(1);

    @Option(
            names = "--sessions",
            paramLabel = "N",
            description = "Durable sessions; beyond " + Waves.OPEN_MAX + " each connection is closed as soon as it is"
                    + " counted. By default ${DEFAULT-VALUE}.")
    private int sessions = 5_000;

    @Option(names = "--churn", paramLabel = "SECONDS", description = "0 for none; by default ${DEFAULT-VALUE}.")
    private double churnSeconds = 5;

    @Option(names = "--idle", paramLabel = "N", description = "Holds so many idle connections instead.")
    private int idle;

    @Option(
            names = "--duration",
            paramLabel = "SECONDS",
            description = "How long idle connections are held; by default ${DEFAULT-VALUE}.")
    private double durationSeconds = 10;

    public ConnectScenario() {}

    @Override
    void describe(Map<String, String> settings) {
        if (idle > 0) {
            settings.put("idle", Integer.toString(idle));
            settings.put("durationSeconds", Double.toString(durationSeconds));
        } else {
            settings.put("sessions", Integer.toString(sessions));
            settings.put("connections", sessions > Waves.OPEN_MAX ? "closed when counted" : "held until all are open");
            settings.put("churnSeconds", Double.toString(churnSeconds));
        }
    }

    @Override
    Verdict perform(Run run) throws InterruptedException {
        if (idle > 0) {
            idle(run, new Waves(run));
        } else {
            target().atLeastOne("--sessions", sessions);
            stormAndResume(run, new Waves(run));
            if (churnSeconds > 0) {
                churn(run, new Waves(run));
            }
        }
        return NO_MESSAGES;
    }

    private void stormAndResume(Run run, Waves waves) throws InterruptedException {
        List<LoadClient> clients = run.clients("session", sessions);
        run.afterwards(() -> waves.forget(sessions, clients::get));
        connect(run, waves, "storm", clients, false);
        connect(run, waves, "resume", clients, true);
    }

    /** Connects all; a session that is known when it should be new, or the other way round, fails the run. */
    private void connect(Run run, Waves waves, String phase, List<LoadClient> clients, boolean known)
            throws InterruptedException {
        LongAdder wrong = new LongAdder();
        Wave.Step check = (client, outcome) -> {
            if (client.sessionPresent() != known) {
                wrong.increment();
            }
            outcome.succeeded();
        };
        Wave.Step step = Waves.connect(Lifetime.KEPT).then(check);
        boolean many = clients.size() > Waves.OPEN_MAX;
        waves.measure(
                PhasePlan.counting(phase, CONNECTION, many ? LATENCY + " and close" : LATENCY, clients.size()),
                "connect",
                clients::get,
                many ? step.then(Waves.disconnect()) : step);
        waves.require("disconnect", clients.size(), clients::get, Waves.disconnect());
        if (wrong.sum() > 0) {
            run.fail(wrong.sum() + " sessions of phase '" + phase + "' were " + (known ? "unknown" : "already known")
                    + " to the broker.");
        }
    }

    private void churn(Run run, Waves waves) throws InterruptedException {
        List<LoadClient> clients = run.clients("churn", 4 * Waves.AT_ONCE);
        waves.measureEndless(
                PhasePlan.lasting("churn", CONNECTION, LATENCY + " and close", TargetOptions.seconds(churnSeconds)),
                "connect",
                clients.size(),
                clients::get,
                Waves.connect(Lifetime.CLEAN).then(Waves.disconnect()));
    }

    private void idle(Run run, Waves waves) throws InterruptedException {
        Run.requireConnections(idle);
        List<LoadClient> clients = run.clients("idle", idle);
        hold(run, "before", 0, BASELINE);
        waves.measure(
                PhasePlan.counting("open", CONNECTION, LATENCY, idle),
                "connect",
                clients::get,
                Waves.connect(Lifetime.CLEAN));
        hold(run, "idle", idle, TargetOptions.seconds(durationSeconds));
        waves.require("disconnect", idle, clients::get, Waves.disconnect());
        noteMemory(run);
    }

    /** A phase in which nothing happens but time. */
    private static void hold(Run run, String phase, int open, Duration time) throws InterruptedException {
        Sampler sampler = run.begin(PhasePlan.lasting(phase, CONNECTION, "", time), new Standing(open));
        run.waiting().await(run::hasLost, time);
        run.add(sampler.end());
    }

    private void noteMemory(Run run) {
        ProcessCost before = run.phases().get(0).cost();
        ProcessCost held = run.phases().get(2).cost();
        if (before != null && held != null) {
            run.note("The broker's memory changed by " + (held.rssBytes() - before.rssBytes()) / idle
                    + " bytes for each idle connection.");
        }
    }
}
