// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.client.Access.Lifetime;
import io.holdfast.benchmarks.load.client.LoadClient;
import io.holdfast.benchmarks.load.client.LoadException;
import io.holdfast.benchmarks.load.client.Recording;
import io.holdfast.benchmarks.load.client.Wave;
import io.holdfast.benchmarks.load.measure.PhasePlan;
import io.holdfast.benchmarks.load.measure.Sampler;
import java.util.function.IntFunction;

/** What a scenario lets its clients do together: connect, disconnect, and the like, measured or not. */
final class Waves {
    /** Clients under way at once: enough to fill a group commit, few enough for any backlog of a listener. */
    static final int AT_ONCE = 128;

    private final Run run;

    Waves(Run run) {
        this.run = run;
    }

    static Wave.Step connect(Lifetime lifetime) {
        return (client, outcome) -> client.connect(lifetime, outcome);
    }

    static Wave.Step disconnect() {
        return LoadClient::disconnect;
    }

    /** Lets all clients do something that every one must be able to do. */
    void require(String verb, int clients, IntFunction<? extends LoadClient> client, Wave.Step step) {
        Recording done = new Recording(run.loops());
        Wave wave = new Wave(run.loops(), clients, client, step, done).begin(AT_ONCE);
        awaitEnd(wave, done, verb, clients);
    }

    /** The same as a phase of its own. */
    void measure(PhasePlan plan, String verb, IntFunction<? extends LoadClient> client, Wave.Step step, int atOnce)
            throws InterruptedException {
        Recording done = new Recording(run.loops());
        int clients = Math.toIntExact(plan.countPlanned());
        Wave wave = new Wave(run.loops(), clients, client, step, done);
        Sampler sampler = run.begin(plan, done);
        wave.begin(atOnce);
        awaitEnd(wave, done, verb, clients);
        run.add(sampler.end());
    }

    private void awaitEnd(Wave wave, Recording done, String verb, int clients) {
        boolean ended = run.settle(
                () -> {
                    if (run.isInterrupted() || wave.failed() > 0) {
                        wave.stop();
                    }
                    return wave.isOver();
                },
                done::total);
        if (wave.failed() > 0) {
            throw new LoadException(sentence(verb, wave.firstFailure()));
        }
        if (!ended) {
            throw new LoadException("the broker at " + run.access() + " has not answered for "
                    + run.patience().toSeconds() + " s: " + done.total() + " of " + clients + " clients could " + verb);
        }
    }

    private String sentence(String verb, String reason) {
        String advice = "";
        if (reason.equals("connection refused")) {
            advice = "; is a broker running there? See --host and --port";
        } else if (reason.contains("AUTHORIZED") || reason.contains("USER_NAME")) {
            advice = "; see --username and --password";
        }
        return "a client could not " + verb + " at " + run.access() + ": " + reason + advice;
    }

    /** Ends the sessions of clients, connected or not: a session that begins clean forgets what was kept. */
    void forget(int clients, IntFunction<? extends LoadClient> client) {
        require("disconnect", clients, client, disconnect());
        require("connect", clients, client, connect(Lifetime.CLEAN));
        require("disconnect", clients, client, disconnect());
    }
}
