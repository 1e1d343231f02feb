// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.config;

import io.holdfast.server.ConfigurationException;
import io.holdfast.server.SettingValue;
import io.holdfast.tools.ConfigOptions;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code holdfast config effective}. */
@Command(
        name = "effective",
        description = {
            "Lists every setting with the value that a start would use, and where it comes from. Secrets are not shown.",
            "Takes the options of 'holdfast run'."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "2:a setting is wrong"})
final class ConfigEffective implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions options;

    @Option(names = "--changed", description = "Only settings that somebody has set.")
    private boolean changed;

    @Override
    public Integer call() {
        try {
            PrintWriter out = spec.commandLine().getOut();
            for (Map.Entry<String, SettingValue> entry :
                    options.reader().read().settings().entrySet()) {
                SettingValue value = entry.getValue();
                if (!changed || !value.isDefault()) {
                    out.println(entry.getKey() + " = " + value.shown(entry.getKey()) + "  # " + value.origin());
                }
            }
            out.flush();
            return CommandLine.ExitCode.OK;
        } catch (ConfigurationException e) {
            return ConfigVerb.refuse(spec, e);
        }
    }
}
