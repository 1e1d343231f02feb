// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreReader;
import io.holdfast.storage.store.StoreRefusedException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all verbs that read a store have in common: the folder, the output, and what goes wrong with them. */
abstract class ReadingVerb implements Callable<Integer> {
    /** Exit codes are the same for all verbs of {@code holdfast store}. */
    static final int EXIT_OUTPUT = 1;

    static final int EXIT_FINDINGS = 3;
    static final int EXIT_DAMAGED = 4;
    static final String OUTPUT_LOST = "1:the output could not be written";
    static final String USAGE = "2:wrong usage";
    static final String NO_STORE = "6:there is no store, or no access to it";
    static final String NEWER = "7:the store was made by a newer version";

    @Spec
    CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "The data folder.")
    Path data = Path.of(""); // always set: the option is required

    @Override
    public final Integer call() {
        prepare();
        try (StoreReader store = StoreReader.open(data, null);
                Writer out =
                        new BufferedWriter(new CheckedWriter(spec.commandLine().getOut()), 1 << 16)) {
            return run(store, out);
        } catch (StoreRefusedException e) {
            return refused(e);
        } catch (StoreException e) {
            return fail(EXIT_DAMAGED, e);
        } catch (IOException e) {
            // Whoever read the output has gone, as in `... | head`: nobody is left to be told.
            return EXIT_OUTPUT;
        }
    }

    /** Looks at the options, before the store is opened. */
    void prepare() {}

    /**
     * Does the work.
     *
     * @return the exit code
     * @throws IOException when the output cannot be written
     */
    abstract int run(StoreReader store, Writer out) throws IOException;

    /** The exit code for a store that could not be opened. */
    int refused(StoreRefusedException refused) {
        return fail(refused.reason().exitCode(), refused);
    }

    final int fail(int code, StoreException cause) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("holdfast: " + ScreenText.of(cause.getMessage()));
        err.flush();
        return code;
    }
}
