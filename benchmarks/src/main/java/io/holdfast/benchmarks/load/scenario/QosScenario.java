// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.client.Access.Lifetime;
import io.holdfast.benchmarks.load.client.Publishing;
import io.holdfast.benchmarks.load.measure.PhasePlan;
import io.holdfast.benchmarks.load.measure.Sampler;
import io.holdfast.benchmarks.load.result.Verdict;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Messages through a broker to subscribers that are connected. */
@Command(
        name = "qos",
        description = {
            "Publishes to connected subscribers: pairs, fan-in, fan-out or mesh.",
            "Without --rate in a closed loop: each publisher keeps its window full. With --rate in an open one: messages"
                    + " are due at fixed times whatever the broker does, and latency counts from then."
        })
public final class QosScenario extends Scenario {
    @Option(
            names = "--topology",
            paramLabel = "NAME",
            description = "${COMPLETION-CANDIDATES}; by default ${DEFAULT-VALUE}.")
    private Topology topology = Topology.PAIRS;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            description = "Subscribers, each with a topic of its own, and as many publishers unless --publishers says"
                    + " fewer, who then share the topics out; by default 10.")
    private @Nullable Integer pairs;

    @Option(names = "--publishers", paramLabel = "N", description = "By default 10, 1 for fan-out, 5 for mesh.")
    private @Nullable Integer publishers;

    @Option(names = "--subscribers", paramLabel = "N", description = "By default 100 for fan-out, 1 for fan-in.")
    private @Nullable Integer subscribers;

    @Option(names = "--clean", description = "Sessions end with their connections; by default they are durable.")
    private boolean clean;

    @Mixin
    private MessageOptions message = new MessageOptions();

    @Option(names = "--rate", paramLabel = "PER_SECOND", description = "Messages a second in all: an open loop.")
    private double rate;

    @Option(
            names = "--duration",
            paramLabel = "SECONDS",
            description = "How long to measure; by default ${DEFAULT-VALUE}.")
    private double durationSeconds = 10;

    @Option(names = "--messages", paramLabel = "N", description = "Ends after that many messages instead.")
    private long messages;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            description = "Load before the measuring begins; by default ${DEFAULT-VALUE}, none with --messages.")
    private double warmupSeconds = 5;

    public QosScenario() {}

    private int publisherCount() {
        if (publishers != null) {
            return topology == Topology.PAIRS && pairs != null ? Math.min(publishers, pairs) : publishers;
        }
        return topology == Topology.PAIRS && pairs != null ? pairs : topology.publishersDefault;
    }

    private int subscriberCount() {
        if (topology == Topology.PAIRS) {
            return pairs == null ? publisherCount() : pairs;
        }
        return subscribers == null ? topology.subscribersDefault : subscribers;
    }

    @Override
    void describe(Map<String, String> settings) {
        settings.put("topology", topology.toString());
        settings.put("publishers", Integer.toString(publisherCount()));
        settings.put("subscribers", Integer.toString(subscriberCount()));
        settings.put("sessions", clean ? "clean" : "durable");
        message.describe(settings);
        settings.put("loop", rate > 0 ? "open, " + rate + " messages a second" : "closed");
        if (messages > 0) {
            settings.put("messages", Long.toString(messages));
        } else {
            settings.put("warmupSeconds", Double.toString(warmupSeconds));
            settings.put("durationSeconds", Double.toString(durationSeconds));
        }
    }

    @Override
    Verdict perform(Run run) throws InterruptedException {
        target().atLeastOne("publishers", publisherCount());
        target().atLeastOne("subscribers", subscriberCount());
        Layout layout = topology.layout(run.name(), publisherCount(), subscriberCount());
        Cast cast = new Cast(
                run, "", layout, publisherCount(), message.shape(target()), clean ? Lifetime.CLEAN : Lifetime.KEPT);
        cast.join();
        cast.connectPublishers();
        if (messages > 0) {
            count(run, cast, layout);
        } else {
            time(run, cast);
        }
        cast.awaitAcknowledged();
        cast.awaitDelivered();
        return cast.verdict();
    }

    private void start(Cast cast, long count) {
        if (rate > 0) {
            cast.publishing().start(count, rate);
        } else {
            cast.publishing().start(count);
        }
    }

    private void time(Run run, Cast cast) throws InterruptedException {
        Duration duration = TargetOptions.seconds(durationSeconds);
        start(cast, Publishing.UNLIMITED);
        run.waiting().await(run::hasLost, TargetOptions.seconds(warmupSeconds));
        Sampler publish = run.beginUnseen(
                PhasePlan.lasting("publish", "message", message.acknowledgement(), duration),
                cast.acknowledged().fromNow());
        Sampler deliver = run.begin(
                PhasePlan.lasting("deliver", "delivery", "PUBLISH to receipt", duration),
                cast.delivered().fromNow());
        run.waiting().await(run::hasLost, duration);
        run.add(publish.end());
        run.add(deliver.end());
        cast.publishing().stop();
    }

    private void count(Run run, Cast cast, Layout layout) throws InterruptedException {
        Sampler publish = run.beginUnseen(
                PhasePlan.counting("publish", "message", message.acknowledgement(), messages), cast.acknowledged());
        Sampler deliver = run.begin(
                PhasePlan.counting("deliver", "delivery", "PUBLISH to receipt", messages * layout.hearers(0)),
                cast.delivered());
        start(cast, messages);
        cast.awaitSent(messages);
        cast.publishing().stop();
        cast.awaitAcknowledged();
        run.add(publish.end());
        cast.awaitDelivered();
        run.add(deliver.end());
    }
}
