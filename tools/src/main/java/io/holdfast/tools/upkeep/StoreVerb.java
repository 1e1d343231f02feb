// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import io.holdfast.tools.Verb;
import io.holdfast.tools.store.StoreCheck;
import io.holdfast.tools.store.StoreDiff;
import io.holdfast.tools.store.StoreDump;
import io.holdfast.tools.store.StoreInfo;
import io.holdfast.tools.store.StoreStats;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code holdfast store}: looks into data folders, copies them, and changes those that are stopped. */
@Command(
        name = "store",
        description = "Looks into a data folder, copies it, or changes it while no broker runs on it.",
        mixinStandardHelpOptions = true,
        subcommands = {
            StoreInfo.class,
            StoreCheck.class,
            StoreDump.class,
            StoreDiff.class,
            StoreStats.class,
            StoreCheckpointVerb.class,
            StoreRestore.class,
            StoreExport.class,
            StoreImport.class,
            StoreSalvage.class,
            StoreUpgrade.class,
            StoreCompact.class,
            StorePurge.class
        })
public final class StoreVerb implements Verb, Runnable {
    @Spec
    private CommandSpec spec;

    public StoreVerb() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing a verb; see 'holdfast store --help'.");
    }
}
