// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import java.util.Comparator;
import java.util.List;
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
        System.exit(commandLine(arguments.length == 0 ? "" : arguments[0]).execute(arguments));
    }

    /** The command line with all verbs on the class path, in the order of their names. */
    static CommandLine commandLine() {
        return commandLine("");
    }

    /**
     * The command line with one verb, or with all when none has this name: picocli looks into every verb it is given, and
     * a broker's start should not wait for verbs that nobody called.
     */
    static CommandLine commandLine(String name) {
        List<ServiceLoader.Provider<Verb>> verbs =
                ServiceLoader.load(Verb.class).stream().toList();
        List<ServiceLoader.Provider<Verb>> called =
                verbs.stream().filter(verb -> name(verb).equals(name)).toList();
        CommandLine root = new CommandLine(new HoldfastCommand());
        (called.isEmpty() ? verbs : called)
                .stream()
                        .sorted(Comparator.comparing(HoldfastCommand::name))
                        .forEach(verb -> root.addSubcommand(name(verb), new CommandLine(verb.get())));
        return root;
    }

    private static String name(ServiceLoader.Provider<Verb> verb) {
        Command command = verb.type().getAnnotation(Command.class);
        if (command == null) {
            throw new IllegalStateException(verb.type() + " carries no @Command");
        }
        return command.name();
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing a verb; see 'holdfast --help'.");
    }
}
