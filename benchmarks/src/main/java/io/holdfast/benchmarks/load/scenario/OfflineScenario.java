// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.result.Verdict;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Messages for sessions whose clients are away, and their coming back. */
@Command(
        name = "offline",
        description = {
            "Makes durable sessions, disconnects them, fills their queues (phase 'fill') and lets all come back for what"
                    + " they are owed (phase 'drain')."
        })
public final class OfflineScenario extends Scenario {
    @Mixin
    private QueueOptions queue = new QueueOptions();

    public OfflineScenario() {}

    @Override
    void describe(Map<String, String> settings) {
        queue.describe(settings);
    }

    @Override
    Verdict perform(Run run) throws InterruptedException {
        QueuedSessions sessions = new QueuedSessions(run, queue, target());
        sessions.fill();
        sessions.drain();
        return sessions.verdict();
    }
}
