// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import io.holdfast.storage.store.StoreCopy;
import io.holdfast.storage.store.StoreUpkeep;
import io.holdfast.tools.store.LongWork;
import io.holdfast.tools.store.StoreCommand;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast store compact}: writes all tables anew, without what was removed. */
@Command(
        name = "compact",
        description = {
            "Writes the tables of a store anew, without rows that were removed. A broker does so by itself in passing; this is"
                    + " for a store that shall be copied or kept. Needs the space of a second store until the old one, which is"
                    + " kept, is deleted."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            StoreCommand.OUTPUT_LOST,
            StoreCommand.USAGE,
            "4:the store is damaged; nothing was changed",
            "5:a broker runs on the store; nothing was changed",
            StoreCommand.NO_STORE,
            StoreCommand.NEWER
        })
final class StoreCompact extends StoreCommand {
    private static final int KIB_BITS = 10;

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "The data folder.")
    private Path data = Path.of(""); // always set: the option is required

    @Override
    protected int run(Writer out) throws IOException {
        try (LongWork progress = LongWork.onTerminal()) {
            return new Remake(data, "compact", progress).run(out, this::complain, copy -> {
                long before = StoreCopy.bytes(copy);
                progress.begin("compacting", 1);
                StoreUpkeep.compact(copy);
                out.write("the tables take " + (StoreCopy.bytes(copy) >> KIB_BITS) + " KiB, before "
                        + (before >> KIB_BITS) + "\n");
                return 0;
            });
        }
    }
}
