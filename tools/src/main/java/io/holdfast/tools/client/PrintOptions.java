// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How {@code sub} prints. */
final class PrintOptions {
    @Option(
            names = {"-v", "--verbose"},
            description = "Print the topic in front of the payload.")
    private boolean verbose;

    @Option(names = "-N", description = "No line end behind a payload.")
    private boolean noLineEnd;

    @Option(
            names = {"-F", "--format"},
            paramLabel = "FORMAT",
            description =
                    "Print as FORMAT says: %%t topic, %%p payload, %%x payload in hex, %%q QoS, %%r retained, %%l length, "
                            + "%%m packet identifier, %%U and %%I time, %%j as JSON, %%J the payload as JSON too, %%C %%D %%E %%F %%P %%R "
                            + "%%S properties, @Y-@m-@d @H:@M:@S.@N time, \\n \\t \\\\ and the like.")
    private @Nullable String format;

    @Option(names = "--json", description = "Print one JSON object for each message, as -F %%j.")
    private boolean json;

    Printer printer(OutputStream out) {
        if (format != null && (json || verbose)) {
            throw new IllegalArgumentException("-F says all: leave out -v and --json");
        }
        if (json && (verbose || noLineEnd)) {
            throw new IllegalArgumentException("--json does not go with -v and -N");
        }
        String template = json ? "%j" : format;
        return new Printer(out, template == null ? null : new MessageFormat(template), verbose, noLineEnd);
    }
}
