// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import io.holdfast.tools.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code holdfast import}: takes over what another broker has. */
@Command(
        name = "import",
        description = "Takes over what another broker has.",
        mixinStandardHelpOptions = true,
        subcommands = MosquittoImport.class)
public final class ImportVerb implements Verb, Runnable {
    @Spec
    private CommandSpec spec;

    public ImportVerb() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing the other broker; see 'holdfast import --help'.");
    }
}
