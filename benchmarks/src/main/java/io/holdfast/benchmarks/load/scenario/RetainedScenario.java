// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.client.Access.Lifetime;
import io.holdfast.benchmarks.load.client.Traffic.Shape;
import io.holdfast.benchmarks.load.measure.PhasePlan;
import io.holdfast.benchmarks.load.measure.Sampler;
import io.holdfast.benchmarks.load.result.Verdict;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Retained messages: set, found through a wildcard, cleared. */
@Command(
        name = "retained",
        description = {
            "Publishes a retained message to each of many topics (phase 'set'), lets subscribers ask for all of them"
                    + " through a wildcard (phase 'get'), and clears them (phase 'clear')."
        })
public final class RetainedScenario extends Scenario {
    @Option(names = "--topics", paramLabel = "N", description = "By default ${DEFAULT-VALUE}.")
    private int topics = 10_000;

    @Option(names = "--publishers", paramLabel = "N", description = "By default ${DEFAULT-VALUE}.")
    private int publishers = 10;

    @Option(names = "--subscribers", paramLabel = "N", description = "By default ${DEFAULT-VALUE}.")
    private int subscribers = 10;

    @Mixin
    private MessageOptions message = new MessageOptions();

    public RetainedScenario() {}

    @Override
    void describe(Map<String, String> settings) {
        settings.put("topics", Integer.toString(topics));
        settings.put("publishers", Integer.toString(publishers));
        settings.put("subscribers", Integer.toString(subscribers));
        message.describe(settings);
    }

    @Override
    Verdict perform(Run run) throws InterruptedException {
        target().atLeastOne("--topics", topics);
        int count = Math.min(topics, target().atLeastOne("--publishers", publishers));
        Shape shape = message.shape(target());
        Shape retained = new Shape(shape.qos(), shape.window(), shape.payloadBytes(), true);
        Layout layout = Layout.mesh(run.name(), topics, target().atLeastOne("--subscribers", subscribers));
        Cast cast = new Cast(run, "", layout, count, retained, Lifetime.CLEAN);
        publish(run, "set", cast);
        get(run, cast);
        // An empty payload clears a retained message [MQTT-3.3.1-10], and has no room for a stamp.
        Shape empty = new Shape(shape.qos(), shape.window(), 0, true);
        publish(
                run,
                "clear",
                new Cast(run, "clear-", Layout.mesh(run.name(), topics, 0), count, empty, Lifetime.CLEAN));
        return cast.verdict();
    }

    private void publish(Run run, String phase, Cast cast) throws InterruptedException {
        cast.connectPublishers();
        Sampler sampler =
                run.begin(PhasePlan.counting(phase, "message", message.acknowledgement(), topics), cast.acknowledged());
        cast.publishing().start(topics);
        cast.awaitSent(topics);
        cast.awaitAcknowledged();
        run.add(sampler.end());
    }

    private void get(Run run, Cast cast) throws InterruptedException {
        Sampler sampler = run.begin(
                PhasePlan.counting("get", "delivery", "", cast.owed()),
                cast.delivered().withoutLatencies());
        cast.join();
        cast.awaitDelivered();
        run.add(sampler.end());
        cast.disconnectSubscribers();
    }
}
