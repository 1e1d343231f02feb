// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.output;

import io.holdfast.benchmarks.load.result.RunResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every scenario about where its result goes; a picocli mixin. */
public final class Outputs {
    @Option(names = "--json", paramLabel = "FILE", description = "Writes the result as JSON.")
    private @Nullable Path json;

    @Option(
            names = "--report",
            paramLabel = "FILE.html",
            description = "Writes the result as one page with plots that needs nothing else.")
    private @Nullable Path report;

    @Option(names = "--quiet", description = "No live line, even on a terminal.")
    private boolean quiet;

    public Outputs() {}

    /** The live line for a run; {@code err} leads to the standard error stream. */
    public LiveLine liveLine(PrintWriter err) {
        return quiet ? LiveLine.silent(err) : LiveLine.onTerminal(err);
    }

    /**
     * Prints the table and writes the files that were asked for.
     *
     * @throws IOException when a file cannot be written
     */
    public void write(RunResult result, PrintWriter out) throws IOException {
        out.print(ResultTable.of(result));
        out.flush();
        if (json != null) {
            JsonResult.write(result, json);
        }
        if (report != null) {
            HtmlReport.write(result, report);
        }
    }
}
