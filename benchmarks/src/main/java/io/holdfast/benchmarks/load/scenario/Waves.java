// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.client.Access.Lifetime;
import io.holdfast.benchmarks.load.client.LoadClient;
import io.holdfast.benchmarks.load.client.LoadException;
import io.holdfast.benchmarks.load.client.Recording;
import io.holdfast.benchmarks.load.client.Wave;
import io.holdfast.benchmarks.load.measure.PhasePlan;
import io.holdfast.benchmarks.load.measure.Sampler;
import io.holdfast.protocol.packet.ProtocolVersion;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** What a scenario lets its clients do together: connect, disconnect, and the like, measured or not. */
final class Waves {
    /** Clients under way at once: enough to fill a group commit, few enough for any backlog of a listener. */
    static final int AT_ONCE = 128;

    /** Connections that may stay open for no other reason than that nobody has closed them. */
    static final int OPEN_MAX = 10_000;

    private final Run run;

    Waves(Run run) {
        this.run = run;
    }

    // ---- steps

    static Wave.Step connect(Lifetime lifetime) {
        return (client, outcome) -> client.connect(lifetime, outcome);
    }

    static Wave.Step disconnect() {
        return LoadClient::disconnect;
    }

    static Wave.Step pause(Duration time) {
        return (client, outcome) -> {
            ScheduledFuture<?> unused =
                    client.loop().executor().schedule(outcome::succeeded, time.toNanos(), TimeUnit.NANOSECONDS);
        };
    }

    // ---- waves

    Wave begin(int clients, IntFunction<? extends LoadClient> client, Wave.Step step) {
        return new Wave(run.loops(), clients, client, step, new Recording(run.loops())).begin(AT_ONCE);
    }

    /** Lets all clients do something that every one must be able to do. */
    void require(String verb, int clients, IntFunction<? extends LoadClient> client, Wave.Step step) {
        Recording done = new Recording(run.loops());
        long startNanos = System.nanoTime();
        Wave wave = new Wave(run.loops(), clients, client, step, done).begin(AT_ONCE);
        awaitEnd(wave, done, verb, () -> run.show(verb, done.total(), clients, startNanos));
    }

    /** The same as a phase of its own; its plan says how many clients there are. */
    void measure(PhasePlan plan, String verb, IntFunction<? extends LoadClient> client, Wave.Step step)
            throws InterruptedException {
        measure(plan, verb, AT_ONCE, client, step);
    }

    /** As above with so many clients under way at once. */
    void measure(PhasePlan plan, String verb, int atOnce, IntFunction<? extends LoadClient> client, Wave.Step step)
            throws InterruptedException {
        int clients = Math.toIntExact(plan.countPlanned());
        Recording done = new Recording(run.loops());
        Sampler sampler = run.begin(plan, done);
        awaitEnd(new Wave(run.loops(), clients, client, step, done).begin(atOnce), done, verb, () -> {});
        run.add(sampler.end());
    }

    /** Lets clients do something again and again as a phase that ends with its time. */
    void measureEndless(
            PhasePlan plan, String verb, int clients, IntFunction<? extends LoadClient> client, Wave.Step step)
            throws InterruptedException {
        Recording done = new Recording(run.loops());
        Sampler sampler = run.begin(plan, done);
        Wave wave = new Wave(run.loops(), clients, client, step, done).beginEndless(AT_ONCE);
        run.waiting().await(() -> wave.failed() > 0, plan.durationPlanned());
        run.add(sampler.end());
        wave.stop();
        awaitEnd(wave, done, verb, () -> {});
    }

    /** Waits for the end of a wave, which comes early when a client fails or the user wants it. */
    private void awaitEnd(Wave wave, Recording done, String verb, Runnable eyes) {
        boolean ended = run.waiting()
                .settle(
                        () -> {
                            eyes.run();
                            if (run.waiting().isInterrupted() || wave.failed() > 0) {
                                wave.stop();
                            }
                            return wave.isOver();
                        },
                        done::total);
        if (wave.failed() > 0) {
            throw new LoadException(sentence(verb, wave.firstFailure()));
        }
        if (!ended && !run.waiting().isInterrupted()) {
            throw new LoadException("the broker at " + run.access() + " has not answered for "
                    + run.waiting().patience().toSeconds() + " s; before that " + done.total() + " clients could "
                    + verb);
        }
    }

    private String sentence(String verb, String reason) {
        String advice = "";
        if (reason.equals("connection refused")) {
            advice = "; is a broker running there? See --host and --port";
        } else if (reason.contains("AUTHORIZED") || reason.contains("USER_NAME")) {
            advice = "; see --username and --password, or --accounts";
        } else if (reason.contains("CONNACK") && run.access().version() == ProtocolVersion.MQTT_5) {
            advice = "; it may not speak MQTT 5, see --mqtt";
        }
        return "a client could not " + verb + " at " + run.access() + ": " + reason + advice;
    }

    /**
     * Ends the sessions of clients, connected or not: a session that begins clean forgets what was kept. Also when the
     * user wants the end.
     */
    void forget(int clients, IntFunction<? extends LoadClient> client) {
        long startNanos = System.nanoTime();
        Recording done = new Recording(run.loops());
        Wave.Step step = disconnect().then(connect(Lifetime.CLEAN)).then(disconnect());
        Wave wave = new Wave(run.loops(), clients, client, step, done).begin(AT_ONCE);
        boolean ended = run.waiting()
                .settle(
                        () -> {
                            run.show("clean up", done.total(), clients, startNanos);
                            return wave.isOver();
                        },
                        done::total);
        wave.stop();
        if (!ended || wave.failed() > 0) {
            run.fail((clients - done.total()) + " sessions of this run are left. " + wave.firstFailure());
        }
    }
}
