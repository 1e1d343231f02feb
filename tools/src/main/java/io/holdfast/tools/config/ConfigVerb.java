// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.config;

import io.holdfast.tools.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code holdfast config}: settings without a broker. */
@Command(
        name = "config",
        description = "Lists, explains and checks settings.",
        mixinStandardHelpOptions = true,
        subcommands = {ConfigSample.class, ConfigExplain.class, ConfigCheck.class, ConfigEffective.class})
public final class ConfigVerb implements Verb, Runnable {
    static final int EXIT_REFUSED = 2;

    @Spec
    private CommandSpec spec;

    public ConfigVerb() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing a verb; see 'holdfast config --help'.");
    }

    /** Tells on stderr what is wrong. */
    static int refuse(CommandSpec spec, Exception why) {
        spec.commandLine().getErr().println("holdfast: " + why.getMessage());
        spec.commandLine().getErr().flush();
        return EXIT_REFUSED;
    }
}
