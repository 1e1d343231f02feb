// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root of the {@code holdfast} command line; every verb is a {@link Verb}. */
@Command(
        name = "holdfast",
        description = "An MQTT broker whose acknowledgement means \"on disk\".",
        mixinStandardHelpOptions = true,
        versionProvider = ProductVersion.class,
        subcommands = HelpCommand.class)
public final class HoldfastCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private HoldfastCommand() {}

    /** Runs one command line and ends the process with its exit code: 0 done, 1 failed, 2 wrong usage. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command line with all verbs on the class path, in the order of their names. */
    static CommandLine commandLine() {
        CommandLine root = new CommandLine(new HoldfastCommand());
        ServiceLoader.load(Verb.class).stream()
                .map(provider -> new CommandLine(provider.get()))
                .sorted((left, right) -> left.getCommandName().compareTo(right.getCommandName()))
                .forEach(verb -> root.addSubcommand(verb.getCommandName(), verb));
        return root;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing a verb; see 'holdfast --help'.");
    }
}
