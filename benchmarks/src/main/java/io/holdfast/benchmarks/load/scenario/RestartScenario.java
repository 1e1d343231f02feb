// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.result.Verdict;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How soon a broker with full queues is back, and whether all of it is still there. */
@Command(
        name = "restart",
        description = {
            "Fills the queues of durable sessions (phase 'fill'), ends the broker's process (phase 'stop'), starts it"
                    + " again and waits for the first CONNACK (phase 'start'), and lets all sessions come back for what"
                    + " they are owed (phase 'drain'). Needs --pid."
        })
public final class RestartScenario extends Scenario {
    @Mixin
    private QueueOptions queue = new QueueOptions();

    @Option(
            names = "--start-cmd",
            paramLabel = "COMMAND",
            required = true,
            description = "Starts the broker in the foreground; run by 'sh'. It is left running.")
    private String startCommand = "";

    @Option(
            names = "--signal",
            paramLabel = "NAME",
            description = "How the broker is ended: ${COMPLETION-CANDIDATES}; by default ${DEFAULT-VALUE}.")
    private BrokerRestart.Signal signal = BrokerRestart.Signal.KILL;

    public RestartScenario() {}

    @Override
    void describe(Map<String, String> settings) {
        queue.describe(settings);
        settings.put("signal", signal.name());
        settings.put("startCommand", startCommand);
    }

    @Override
    Verdict perform(Run run) throws InterruptedException {
        BrokerRestart restart = BrokerRestart.of(run, target(), startCommand);
        QueuedSessions sessions = new QueuedSessions(run, queue, target());
        sessions.fill();
        restart.measureStop(signal);
        restart.measureStart();
        run.watch(target().watch(restart.pid()));
        sessions.drain();
        return sessions.verdict();
    }
}
