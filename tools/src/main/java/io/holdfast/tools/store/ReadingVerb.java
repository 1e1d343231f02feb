// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

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
        try (StoreReader store = StoreReader.open(data, null)) {
            return run(store, out);
        }
    }

    /**
     * Does the work.
     *
     * @return the exit code
     * @throws IOException when the output cannot be written
     */
    abstract int run(StoreReader store, Writer out) throws IOException;
}
