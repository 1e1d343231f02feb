// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.store.StoreFacts;
import io.holdfast.storage.store.StoreReader;
import java.io.IOException;
import java.io.Writer;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** {@code holdfast store info}: what a store is, how it was left, and where its space goes. */
@Command(
        name = "info",
        description = {
            "Says what a store is, how it was left, and where its space goes: rows and bytes of each table, how far log and"
                    + " checkpoint reach, the oldest message that somebody still waits for and who that is."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            StoreCommand.OUTPUT_LOST,
            StoreCommand.USAGE,
            StoreCommand.INCOMPLETE,
            StoreCommand.NO_STORE,
            StoreCommand.NEWER
        })
public final class StoreInfo extends ReadingVerb {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table (default) or json.")
    private Report.Format format = Report.Format.table;

    @Override
    int run(StoreReader store, StoreFacts facts, Writer out) throws IOException {
        StoreSurvey survey = new StoreSurvey(store, facts);
        Report report = survey.report();
        report.write(out, format);
        return survey.isSound() ? ExitCode.OK : EXIT_DAMAGED;
    }
}
