// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import java.io.PrintWriter;
import java.util.function.Supplier;

/** Standard error, for people: one line each. Any thread. */
final class Notices {
    private final PrintWriter err;
    private final boolean quiet;
    private final boolean debug;

    Notices(PrintWriter err, boolean quiet, boolean debug) {
        this.err = err;
        this.quiet = quiet;
        this.debug = debug;
    }

    void error(String sentence) {
        if (!quiet) {
            err.println("holdfast: " + harmless(sentence));
            err.flush();
        }
    }

    void debug(Supplier<String> line) {
        if (debug) {
            err.println(harmless(line.get()));
            err.flush();
        }
    }

    /** Topics and reasons come from strangers, and standard error is often a terminal. */
    private static String harmless(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Cf}]", "?");
    }
}
