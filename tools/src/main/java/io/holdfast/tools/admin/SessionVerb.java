// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.admin;

import io.holdfast.tools.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code holdfast session}: sessions of a running broker. */
@Command(
        name = "session",
        description = "Looks at sessions of a running broker, moves and ends them.",
        mixinStandardHelpOptions = true,
        subcommands = {
            SessionListVerb.class,
            SessionShowVerb.class,
            SessionQueueVerb.class,
            SessionExportVerb.class,
            SessionImportVerb.class,
            SessionOrderVerb.Purge.class,
            SessionOrderVerb.Disconnect.class,
            SessionOrderVerb.Drop.class,
            SessionOrderVerb.Expire.class
        })
public final class SessionVerb implements Verb, Runnable {
    static final String PATH = "/api/v1/sessions";

    @Spec
    private CommandSpec spec;

    public SessionVerb() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing a verb; see 'holdfast session --help'.");
    }
}
