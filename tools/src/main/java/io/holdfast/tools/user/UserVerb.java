// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.user;

import io.holdfast.tools.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code holdfast user}: accounts. */
@Command(
        name = "user",
        description = "Adds, lists and removes accounts of a password file.",
        mixinStandardHelpOptions = true,
        subcommands = {UserAddVerb.class, UserPasswdVerb.class, UserListVerb.class, UserRemoveVerb.class})
public final class UserVerb implements Verb, Runnable {
    @Spec
    private CommandSpec spec;

    public UserVerb() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing a verb; see 'holdfast user --help'.");
    }
}
