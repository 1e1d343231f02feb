// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.BenchVerb;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/**
 * One call of {@code holdfast bench} in this process.
 *
 * @param out what it printed: the table
 * @param err what it complained about
 */
record BenchCall(int exitCode, String out, String err) {
    /** Runs a scenario against a port of this machine. */
    static BenchCall of(int port, String... arguments) {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--port", Integer.toString(port)));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = new CommandLine(new BenchVerb())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(line.toArray(String[]::new));
        return new BenchCall(exitCode, out.toString(), err.toString());
    }
}
