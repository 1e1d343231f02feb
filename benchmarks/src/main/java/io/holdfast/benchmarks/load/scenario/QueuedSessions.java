// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.client.Access.Lifetime;
import io.holdfast.benchmarks.load.client.Wave;
import io.holdfast.benchmarks.load.measure.PhasePlan;
import io.holdfast.benchmarks.load.measure.Sampler;
import io.holdfast.benchmarks.load.result.Verdict;

/** Durable sessions whose clients are away: their queues are filled, and later drained. */
final class QueuedSessions {
    private final Run run;
    private final QueueOptions options;
    private final Cast cast;

    QueuedSessions(Run run, QueueOptions options, TargetOptions target) {
        this.run = run;
        this.options = options;
        Layout layout = options.layout(run.name(), target);
        cast = new Cast(run, "", layout, options.publishers(layout, target), options.shape(target), Lifetime.KEPT);
    }

    /** Makes the sessions and publishes to them. Publishers have left when this returns. */
    void fill() throws InterruptedException {
        cast.joinAndLeave();
        cast.connectPublishers();
        Sampler sampler = run.begin(
                PhasePlan.counting("fill", "message", options.acknowledgement(), options.messages()),
                cast.acknowledged());
        cast.publishing().start(options.messages());
        cast.awaitSent(options.messages());
        cast.publishing().stop();
        cast.awaitAcknowledged();
        run.add(sampler.end());
        cast.disconnectPublishers();
    }

    /** All sessions come back; over when each has what it is owed, or nothing comes any more. */
    void drain() throws InterruptedException {
        Sampler sampler = run.begin(
                PhasePlan.counting("drain", "delivery", "", cast.owed()),
                cast.delivered().withoutLatencies());
        cast.slowDown(options.slow());
        Wave wave = cast.comeBack();
        run.waiting()
                .settle(
                        () -> {
                            if (run.waiting().isInterrupted()) {
                                wave.stop();
                            }
                            return wave.isOver();
                        },
                        cast.delivered()::total);
        run.add(sampler.end());
        if (cast.unknownSessions() > 0) {
            run.fail("The broker did not know " + cast.unknownSessions() + " of the sessions any more.");
        }
        if (wave.failed() > 0) {
            run.fail(wave.failed() + " sessions could not come back; the first: " + wave.firstFailure() + ".");
        }
    }

    Verdict verdict() {
        return cast.verdict();
    }
}
