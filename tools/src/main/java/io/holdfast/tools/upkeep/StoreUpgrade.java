// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import io.holdfast.storage.schema.FormatVersion;
import io.holdfast.storage.store.StoreFacts;
import io.holdfast.storage.store.StoreUpkeep;
import io.holdfast.tools.store.LongWork;
import io.holdfast.tools.store.StoreCommand;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast store upgrade}: brings a store to the newest format, as the first start of this version would. */
@Command(
        name = "upgrade",
        description = {
            "Brings a store to the newest format, checked, with the store as it was beside it. A broker does the same at its"
                    + " start, without a copy: older brokers refuse the store from then on."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, or it has the newest format already",
            StoreCommand.OUTPUT_LOST,
            StoreCommand.USAGE,
            "4:the store is damaged; nothing was changed",
            "5:a broker runs on the store; nothing was changed",
            StoreCommand.NO_STORE,
            StoreCommand.NEWER
        })
final class StoreUpgrade extends StoreCommand {
    @Option(names = "--data", paramLabel = "DIR", required = true, description = "The data folder.")
    private Path data = Path.of(""); // always set: the option is required

    @Option(names = "--dry-run", description = "Only says what would be done.")
    private boolean dryRun;

    @Override
    protected int run(Writer out) throws IOException {
        int format = StoreFacts.of(data).format();
        int newest = FormatVersion.NEWEST.number();
        if (format == newest) {
            out.write("the store has format " + format + ", the newest: there is nothing to do\n");
            return 0;
        }
        out.write("format " + format + (dryRun ? " would become " : " becomes ") + newest + "\n");
        if (dryRun) {
            return 0;
        }
        try (LongWork progress = LongWork.onTerminal()) {
            return new Remake(data, "upgrade", progress).run(out, this::complain, copy -> {
                StoreUpkeep.upgrade(copy);
                return 0;
            });
        }
    }
}
