// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.config;

import io.holdfast.server.ConfigReader;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.SettingExplanation;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code holdfast config explain KEY}. */
@Command(
        name = "explain",
        description = "Says what a setting means, what it takes, and how it is set.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "2:there is no such setting"})
final class ConfigExplain implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "KEY", description = "For instance session.queue-bytes-max or listeners.tcp.port.")
    private String key = "";

    @Override
    public Integer call() {
        try {
            print(ConfigReader.explain(key));
            return CommandLine.ExitCode.OK;
        } catch (ConfigurationException e) {
            return ConfigVerb.refuse(spec, e);
        }
    }

    private void print(SettingExplanation setting) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(setting.key());
        out.println();
        setting.text().lines().forEach(line -> out.println("  " + line));
        out.println();
        String defaultText = setting.defaultText();
        out.println("  takes        " + setting.takes());
        out.println("  default      " + (defaultText == null ? "none: it must be set" : defaultText));
        out.println("  environment  " + setting.variable());
        out.println("  changes      "
                + (setting.isReloadable() ? "while the broker runs, by SIGHUP" : "at the next start of the broker"));
        out.flush();
    }
}
