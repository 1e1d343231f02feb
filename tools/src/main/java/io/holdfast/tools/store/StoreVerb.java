// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.tools.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code holdfast store}: what looks into a data folder from outside. */
@Command(
        name = "store",
        description = "Looks into a data folder without changing it; a broker may run on it.",
        mixinStandardHelpOptions = true,
        subcommands = {StoreInfo.class, StoreCheck.class, StoreDump.class, StoreDiff.class, StoreStats.class})
public final class StoreVerb implements Verb, Runnable {
    @Spec
    private CommandSpec spec;

    public StoreVerb() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing a verb; see 'holdfast store --help'.");
    }
}
