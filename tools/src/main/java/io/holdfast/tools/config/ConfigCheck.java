// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.config;

import io.holdfast.server.Broker;
import io.holdfast.server.BrokerConfig;
import io.holdfast.server.ConfigurationException;
import io.holdfast.tools.ConfigOptions;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code holdfast config check}. */
@Command(
        name = "check",
        description = {
            "Checks settings and the files that they name, as a start would, without starting anything.",
            "Takes the options of 'holdfast run'."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:a broker would start with them", "2:it would not"})
final class ConfigCheck implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions options;

    @Override
    public Integer call() {
        try {
            BrokerConfig config = options.reader().read();
            Broker.check(config);
            long set = config.settings().values().stream()
                    .filter(value -> !value.isDefault())
                    .count();
            spec.commandLine()
                    .getOut()
                    .println("the configuration is good; " + set + " of "
                            + config.settings().size() + " settings are set");
            spec.commandLine().getOut().flush();
            return CommandLine.ExitCode.OK;
        } catch (ConfigurationException | IOException e) {
            return ConfigVerb.refuse(spec, e);
        }
    }
}
