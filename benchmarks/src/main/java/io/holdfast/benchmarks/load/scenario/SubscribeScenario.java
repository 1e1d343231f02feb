// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.client.Access.Lifetime;
import io.holdfast.benchmarks.load.client.LoadClient;
import io.holdfast.benchmarks.load.client.Outcome;
import io.holdfast.benchmarks.load.client.Recording;
import io.holdfast.benchmarks.load.client.Wave;
import io.holdfast.benchmarks.load.measure.PhasePlan;
import io.holdfast.benchmarks.load.measure.Sampler;
import io.holdfast.benchmarks.load.result.Verdict;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.topic.TopicFilter;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Subscriptions of durable sessions: made and ended, one for each packet. */
@Command(
        name = "subscribe",
        description = {
            "Lets durable sessions subscribe (phase 'subscribe') and unsubscribe (phase 'unsubscribe'), one filter a"
                    + " packet, one packet at a time for each session. Of ten filters seven are exact, two hold a '+' and"
                    + " one ends in '#'; no two are equal."
        })
public final class SubscribeScenario extends Scenario {
    private static final String UNIT = "subscription";

    @Option(names = "--sessions", paramLabel = "N", description = "By default ${DEFAULT-VALUE}.")
    private int sessions = 100;

    @Option(names = "--subscriptions", paramLabel = "N", description = "In all; by default ${DEFAULT-VALUE}.")
    private int subscriptions = 50_000;

    @Option(names = "--clean", description = "Sessions end with their connections; by default they are durable.")
    private boolean clean;

    public SubscribeScenario() {}

    @Override
    void describe(Map<String, String> settings) {
        settings.put("sessions", Integer.toString(sessions));
        settings.put("subscriptions", Integer.toString(subscriptions));
        settings.put("lifetime", clean ? "clean" : "durable");
    }

    @Override
    Verdict perform(Run run) throws InterruptedException {
        target().atLeastOne("--sessions", sessions);
        target().atLeastOne("--subscriptions", subscriptions);
        Waves waves = new Waves(run);
        List<LoadClient> clients = run.clients("session", sessions);
        Lifetime lifetime = clean ? Lifetime.CLEAN : Lifetime.KEPT;
        waves.require("connect", sessions, clients::get, Waves.connect(lifetime));
        if (!clean) {
            run.afterwards(() -> waves.forget(sessions, clients::get));
        }
        phase(
                run,
                waves,
                clients,
                "subscribe",
                "SUBSCRIBE to SUBACK",
                (client, filter, outcome) -> client.subscribe(filter, QoS.AT_LEAST_ONCE, outcome));
        phase(run, waves, clients, "unsubscribe", "UNSUBSCRIBE to UNSUBACK", LoadClient::unsubscribe);
        return NO_MESSAGES;
    }

    /** What is done with each filter. */
    private interface Request {
        void send(LoadClient client, TopicFilter filter, Outcome outcome);
    }

    private void phase(Run run, Waves waves, List<LoadClient> clients, String name, String latency, Request request)
            throws InterruptedException {
        Recording done = new Recording(run.loops());
        Sampler sampler = run.begin(PhasePlan.counting(name, UNIT, latency, subscriptions), done);
        waves.require(name, sessions, clients::get, all(run.name(), request, done));
        run.add(sampler.end());
    }

    /** All filters of a session, one after the other: those whose number is the session's, modulo the sessions. */
    private Wave.Step all(String root, Request request, Recording done) {
        return (client, outcome) -> each(root, client, client.number(), request, done, outcome);
    }

    private void each(String root, LoadClient client, int number, Request request, Recording done, Outcome outcome) {
        if (number >= subscriptions) {
            outcome.succeeded();
            return;
        }
        long start = System.nanoTime();
        request.send(client, filter(root, number), new Outcome() {
            @Override
            public void succeeded() {
                done.add(client.loop(), System.nanoTime() - start);
                each(root, client, number + sessions, request, done, outcome);
            }

            @Override
            public void failed(String reason) {
                outcome.failed(reason);
            }
        });
    }

    private static TopicFilter filter(String root, int number) {
        return TopicFilter.parse(
                switch (number % 10) {
                    case 7, 8 -> root + "/+/" + number;
                    case 9 -> root + "/s/" + number + "/#";
                    default -> root + "/s/" + number;
                });
    }
}
