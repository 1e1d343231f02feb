// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreRefusedException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What all verbs of {@code holdfast store} have in common: the output, and what goes wrong with it and with stores. */
public abstract class StoreCommand implements Callable<Integer> {
    /** Exit codes are the same for all verbs of {@code holdfast store}. */
    public static final int EXIT_OUTPUT = 1;

    public static final int EXIT_FINDINGS = 3;
    public static final int EXIT_DAMAGED = 4;
    public static final String OUTPUT_LOST = "1:the output could not be written";
    public static final String USAGE = "2:wrong usage";
    static final String INCOMPLETE = "4:rows are damaged, so something is missing here; see 'holdfast store check'";
    public static final String NO_STORE = "6:there is no store, or no access to it";
    public static final String NEWER = "7:the store was made by a newer version";

    @Spec
    protected CommandSpec spec;

    @Override
    public final Integer call() {
        prepare();
        try (Writer out =
                new BufferedWriter(new CheckedWriter(spec.commandLine().getOut()), 1 << 16)) {
            return run(out);
        } catch (StoreRefusedException e) {
            return fail(e.reason().exitCode(), e);
        } catch (StoreException e) {
            return fail(EXIT_DAMAGED, e);
        } catch (IOException e) {
            // Whoever read the output has gone, as in `... | head`: nobody is left to be told.
            return EXIT_OUTPUT;
        }
    }

    /** Looks at the options, before any store is opened. */
    protected void prepare() {}

    /**
     * Does the work.
     *
     * @return the exit code
     * @throws IOException when the output cannot be written
     */
    protected abstract int run(Writer out) throws IOException;

    /** Says what is wrong with a store. */
    private int fail(int code, StoreException cause) {
        complain(ScreenText.of(cause.getMessage()));
        return code;
    }

    protected final void complain(String sentence) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("holdfast: " + sentence);
        err.flush();
    }
}
