// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.access;

import io.holdfast.tools.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code holdfast acl}: access rules. */
@Command(
        name = "acl",
        description = "Tests access rules.",
        mixinStandardHelpOptions = true,
        subcommands = AclTestVerb.class)
public final class AclVerb implements Verb, Runnable {
    @Spec
    private CommandSpec spec;

    public AclVerb() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing a verb; see 'holdfast acl --help'.");
    }
}
