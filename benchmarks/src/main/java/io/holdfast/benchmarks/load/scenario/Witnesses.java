// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.client.Access.Lifetime;
import io.holdfast.benchmarks.load.client.Crew;
import io.holdfast.benchmarks.load.client.LoadException;
import io.holdfast.benchmarks.load.client.LoadLoops;
import io.holdfast.benchmarks.load.client.Recording;
import io.holdfast.benchmarks.load.client.Wave;
import io.holdfast.benchmarks.load.client.Witness;
import io.holdfast.benchmarks.load.measure.PhasePlan;
import io.holdfast.benchmarks.load.measure.Sampler;
import io.holdfast.benchmarks.load.result.PhaseResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Connected clients that notice how they are served while others keep the broker busy. They have an event loop of their own:
 * what they measure is not how busy the load tool is. The scenario's thread.
 */
final class Witnesses implements AutoCloseable {
    private static final Duration REST = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Run run;
    private final LoadLoops loops = new LoadLoops(1, 0);
    private final Crew crew;
    private final List<Witness> witnesses = new ArrayList<>();

    Witnesses(Run run, int count) {
        this.run = run;
        crew = run.crew("witness", loops);
        for (int i = 0; i < count; i++) {
            witnesses.add(new Witness(crew, i, run.name() + "/witness"));
        }
    }

    void expectEnd(boolean expected) {
        crew.expectEnd(expected);
    }

    /** All of them connect, in sessions that end with their connections, and subscribe. */
    void connect() throws InterruptedException {
        Wave.Step listen = (client, outcome) -> witnesses.get(client.number()).listen(outcome);
        Wave wave = wave(Waves.connect(Lifetime.CLEAN).then(listen), new Recording(loops));
        wave.begin(witnesses.size());
        if (!wave.await(PATIENCE) || wave.failed() > 0) {
            throw new LoadException("a witness could not connect: " + wave.firstFailure());
        }
    }

    private Wave wave(Wave.Step step, Recording recording) {
        return new Wave(loops, witnesses.size(), witnesses::get, step, recording);
    }

    /** Looks for some time. */
    View look(String name, Duration time) throws InterruptedException {
        View view = begin(name);
        run.waiting().await(run::hasLost, time);
        view.end();
        return view;
    }

    /** Begins to look; two phases beside whatever else is measured. */
    View begin(String name) {
        return new View(name);
    }

    /** What the witnesses see for a while. */
    final class View {
        private final Recording pings = new Recording(loops);
        private final Recording publishes = new Recording(loops);
        private final Sampler pingSampler;
        private final Sampler publishSampler;
        private final Wave wave;
        private @Nullable PhaseResult pinged;
        private @Nullable PhaseResult published;

        private View(String name) {
            pingSampler =
                    run.beginUnseen(PhasePlan.lasting(name + " ping", "ping", "PINGREQ to PINGRESP", PATIENCE), pings);
            publishSampler = run.beginUnseen(
                    PhasePlan.lasting(name + " publish", "message", "PUBLISH to PUBACK", PATIENCE), publishes);
            Wave.Step ping = (client, outcome) -> witnesses.get(client.number()).ping(outcome);
            Wave.Step publish =
                    (client, outcome) -> witnesses.get(client.number()).publish(outcome);
            Wave.Step look = ping.timed(pings).then(publish.timed(publishes));
            wave = wave(look.then(Waves.pause(REST)), new Recording(loops));
            wave.beginEndless(witnesses.size());
        }

        void end() throws InterruptedException {
            pinged = pingSampler.end();
            published = publishSampler.end();
            wave.stop();
            boolean over = wave.await(PATIENCE);
            run.add(pinged);
            run.add(published);
            if (!over || wave.failed() > 0) {
                run.fail("A witness was not served: " + wave.firstFailure() + ".");
            }
        }

        /** A sentence that holds this view against an earlier one. */
        String beside(View idle) {
            return "While all came back, witnesses had " + compared("PINGRESP", idle.pinged, pinged) + " and "
                    + compared("PUBACK", idle.published, published) + ".";
        }

        private static String compared(String what, @Nullable PhaseResult before, @Nullable PhaseResult now) {
            if (before == null || now == null) {
                throw new IllegalStateException("a view is not over");
            }
            double idle = before.latencyMicros(99);
            double busy = now.latencyMicros(99);
            return String.format(
                    Locale.ROOT,
                    "%s p99 %.2f ms, %.1f times the %.2f ms of before, at most %.1f ms",
                    what,
                    busy / 1_000,
                    busy / idle,
                    idle / 1_000,
                    now.latencyMicros(100) / 1_000);
        }
    }

    @Override
    public void close() {
        crew.expectEnd(true);
        loops.close();
    }
}
