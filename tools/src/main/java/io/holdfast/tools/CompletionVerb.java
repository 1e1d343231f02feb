// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code holdfast completion}: a script that lets the shell complete verbs and options. */
@Command(
        name = "completion",
        description = {
            "Prints a script for the shell's completion of verbs and options.",
            "bash: source <(holdfast completion bash). zsh: the same with zsh, or into a file that .zshrc sources."
        },
        mixinStandardHelpOptions = true)
public final class CompletionVerb implements Verb, Callable<Integer> {
    /** Shells that picocli's script knows; it is the same for both. */
    enum Shell {
        bash,
        zsh
    }

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("UnusedVariable") // picocli refuses other shells by it
    @Parameters(paramLabel = "bash|zsh", description = "The shell.")
    private Shell shell = Shell.bash;

    public CompletionVerb() {}

    @Override
    public Integer call() {
        spec.commandLine().getOut().print(AutoComplete.bash("holdfast", HoldfastCommand.commandLine()));
        spec.commandLine().getOut().flush();
        return ExitCode.OK;
    }
}
