// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.store.StoreFacts;
import io.holdfast.storage.store.StoreReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** A verb that reads one store. */
public abstract class ReadingVerb extends StoreCommand {
    @Option(names = "--data", paramLabel = "DIR", required = true, description = "The data folder.")
    Path data = Path.of(""); // always set: the option is required

    @Override
    protected final int run(Writer out) throws IOException {
        StoreFacts facts =
                StoreFacts.of(data); // Before the rows: beside a broker its watermark would run ahead of them.
        try (StoreReader store = StoreReader.open(data, null)) {
            int exitCode = run(store, facts, out);
            String missing = LogEnd.missing(store, facts.watermarkSequence());
            if (exitCode != 0 || missing == null) {
                return exitCode;
            }
            complain(missing);
            return EXIT_DAMAGED;
        }
    }

    /**
     * Does the work.
     *
     * @return the exit code
     * @throws IOException when the output cannot be written
     */
    abstract int run(StoreReader store, StoreFacts facts, Writer out) throws IOException;
}
