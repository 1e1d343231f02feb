// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load;

import io.holdfast.benchmarks.load.scenario.ConnectScenario;
import io.holdfast.benchmarks.load.scenario.FleetScenario;
import io.holdfast.benchmarks.load.scenario.OfflineScenario;
import io.holdfast.benchmarks.load.scenario.QosScenario;
import io.holdfast.benchmarks.load.scenario.RestartScenario;
import io.holdfast.benchmarks.load.scenario.RetainedScenario;
import io.holdfast.benchmarks.load.scenario.SoakScenario;
import io.holdfast.benchmarks.load.scenario.SubscribeScenario;
import io.holdfast.tools.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code holdfast bench}: one sub-command for each scenario. */
@Command(
        name = "bench",
        description = {
            "Loads an MQTT broker, measures it and verifies that nothing was lost, doubled, reordered or corrupted.",
            "Each scenario lists its options with --help."
        },
        mixinStandardHelpOptions = true,
        subcommands = {
            QosScenario.class,
            OfflineScenario.class,
            RestartScenario.class,
            ConnectScenario.class,
            FleetScenario.class,
            SubscribeScenario.class,
            RetainedScenario.class,
            SoakScenario.class
        })
public final class BenchVerb implements Verb, Runnable {
    @Spec
    private CommandSpec spec;

    public BenchVerb() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing a scenario; see 'holdfast bench --help'.");
    }
}
