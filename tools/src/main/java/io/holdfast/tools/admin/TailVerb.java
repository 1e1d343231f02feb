// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.admin;

import io.holdfast.server.admin.Json;
import io.holdfast.tools.Verb;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast tail}: messages as they are routed, and what becomes of them for each receiver. */
@Command(
        name = "tail",
        description = "Shows what becomes of messages while it happens: who publishes, who gets them, what is queued or"
                + " dropped and why. Ends with Ctrl-C.")
public final class TailVerb extends AdminVerb implements Verb {
    @Parameters(paramLabel = "FILTER", arity = "0..1", description = "A topic filter (default #).")
    private String filter = "#";

    @Option(names = "--rate", paramLabel = "N", description = "So many events a second, the rest is counted (100).")
    private int rate = 100;

    @Option(names = "--limit", paramLabel = "N", description = "Ends after so many events.")
    private int limit = Integer.MAX_VALUE;

    public TailVerb() {}

    @Override
    void run(AdminCall call) throws AdminCallException, IOException {
        String path = "/api/v1/tail?rate=" + rate + "&filter=" + AdminCall.encoded(filter);
        int[] shown = {0};
        call.stream(path, line -> {
            if (!line.isEmpty()) {
                show(line);
                shown[0]++;
            }
            return shown[0] < limit;
        });
    }

    private void show(String line) throws IOException {
        if (format() != Format.table) {
            out().println(line);
        } else {
            Map<String, @Nullable Object> event = AdminCall.object(Json.parse(line));
            out().println(event.containsKey("topic") ? text(event) : Cells.of(event));
        }
        out().flush();
    }

    private static String text(Map<String, @Nullable Object> event) {
        long at = event.get("atMillis") instanceof Long millis ? millis : 0;
        LocalTime time = LocalTime.ofInstant(Instant.ofEpochMilli(at), ZoneId.systemDefault());
        Object receivers = event.get("receivers");
        return Cells.padded(time.truncatedTo(ChronoUnit.MILLIS).toString(), 14)
                + Cells.padded(Cells.of(event.get("event")), 15)
                + "q" + Cells.of(event.get("qos"))
                + (Boolean.TRUE.equals(event.get("retain")) ? "r " : "  ")
                + Cells.of(event.get("topic"))
                + (receivers == null ? "  to " : "  by ")
                + Cells.of(event.get("client"))
                + (receivers == null ? "" : "  for " + receivers)
                + "  (" + Cells.of(event.get("bytes")) + " bytes)";
    }
}
