// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.client.Access.Lifetime;
import io.holdfast.benchmarks.load.client.Publishing;
import io.holdfast.benchmarks.load.client.Wave;
import io.holdfast.benchmarks.load.measure.PhasePlan;
import io.holdfast.benchmarks.load.measure.Sampler;
import io.holdfast.benchmarks.load.result.Verdict;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A moderate load for a long time, in which subscribers come and go: shows what grows that should not. */
@Command(
        name = "soak",
        description = {
            "Durable pairs at a fixed rate for hours, while a tenth of the subscribers is always away and finds its queue"
                    + " when it comes back. Watch the broker's memory with --pid and --report."
        })
public final class SoakScenario extends Scenario {
    private static final int AWAY_SHARE = 10;

    @Option(names = "--pairs", paramLabel = "N", description = "By default ${DEFAULT-VALUE}.")
    private int pairs = 50;

    @Option(names = "--rate", paramLabel = "PER_SECOND", description = "In all; by default ${DEFAULT-VALUE}.")
    private double rate = 1_000;

    @Option(names = "--away", paramLabel = "SECONDS", description = "Each absence; by default ${DEFAULT-VALUE}.")
    private double awaySeconds = 5;

    @Option(names = "--duration", paramLabel = "SECONDS", description = "By default an hour.")
    private double durationSeconds = 3_600;

    @Mixin
    private MessageOptions message = new MessageOptions();

    public SoakScenario() {}

    @Override
    void describe(Map<String, String> settings) {
        settings.put("pairs", Integer.toString(pairs));
        settings.put("ratePerSecond", Double.toString(rate));
        settings.put("awaySeconds", Double.toString(awaySeconds));
        settings.put("durationSeconds", Double.toString(durationSeconds));
        message.describe(settings);
    }

    @Override
    Verdict perform(Run run) throws InterruptedException {
        Layout layout = Layout.groups(run.name(), target().atLeastOne("--pairs", pairs), 1);
        Cast cast = new Cast(run, "", layout, pairs, message.shape(target()), Lifetime.KEPT);
        cast.join();
        cast.connectPublishers();
        Duration away = TargetOptions.seconds(awaySeconds);
        Duration duration = TargetOptions.seconds(durationSeconds);
        Sampler publish = run.beginUnseen(
                PhasePlan.lasting("publish", "message", message.acknowledgement(), duration), cast.acknowledged());
        Sampler deliver = run.begin(
                PhasePlan.lasting("deliver", "delivery", "PUBLISH to receipt, absences included", duration),
                cast.delivered());
        cast.publishing().start(Publishing.UNLIMITED, rate);
        Wave absences = cast.takeTurnsAway(Math.max(1, pairs / AWAY_SHARE), away);
        run.waiting().await(() -> run.hasLost() || absences.failed() > 0, duration);
        run.add(publish.end());
        run.add(deliver.end());
        cast.publishing().stop();
        absences.stop();
        cast.awaitAcknowledged();
        run.waiting().await(absences::isOver, away.plus(run.waiting().patience()));
        cast.awaitDelivered();
        if (absences.failed() > 0) {
            run.fail("A subscriber could not come back: " + absences.firstFailure() + ".");
        }
        return cast.verdict();
    }
}
