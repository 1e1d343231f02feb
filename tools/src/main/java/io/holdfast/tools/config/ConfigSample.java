// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.config;

import io.holdfast.server.ConfigReader;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code holdfast config sample}. */
@Command(
        name = "sample",
        description = "Prints a file with all settings, their defaults and what they mean.",
        mixinStandardHelpOptions = true)
final class ConfigSample implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(ConfigReader.sample());
        out.flush();
    }
}
