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
            ReadingVerb.OUTPUT_LOST,
            ReadingVerb.USAGE,
            "4:rows are damaged, so something is missing here; see 'holdfast store check'",
            ReadingVerb.NO_STORE,
            ReadingVerb.NEWER
        })
final class StoreInfo extends ReadingVerb {
    /** How the page is written. */
    enum Format {
        table,
        json
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table (default) or json.")
    private Format format = Format.table;

    @Override
    int run(StoreReader store, Writer out) throws IOException {
        StoreSurvey survey = new StoreSurvey(store, StoreFacts.of(data));
        Report report = survey.report();
        if (format == Format.json) {
            report.writeJson(out);
        } else {
            report.writeTable(out);
        }
        return survey.isSound() ? ExitCode.OK : EXIT_DAMAGED;
    }
}
