// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.admin;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast session list}: page by page, so that it takes no memory here either. */
@Command(name = "list", description = "Lists sessions, in the order in which they began or the first by another order.")
final class SessionListVerb extends AdminVerb {
    private static final int PAGE = 1_000;

    @Option(
            names = "--client",
            paramLabel = "GLOB",
            description = "Only client identifiers like this: * stands for any characters, ? for one.")
    private @Nullable String client;

    @Option(names = "--state", paramLabel = "STATE", description = "connected, disconnected or any (default).")
    private String state = "any";

    @Option(
            names = "--sort",
            paramLabel = "BY",
            description = "depth, bytes or age (longest away first); then at most 1000.")
    private @Nullable String sort;

    @Option(names = "--limit", paramLabel = "N", description = "So many at most (default 100).")
    private int limit = 100;

    SessionListVerb() {}

    @Override
    void run(AdminCall call) throws AdminCallException, IOException {
        Table table = new Table(
                "sessions",
                "client",
                "connected",
                "protocol",
                "messages",
                "bytes",
                "awaySeconds",
                "expirySeconds",
                "peer");
        String filter =
                "?state=" + AdminCall.encoded(state) + (client == null ? "" : "&client=" + AdminCall.encoded(client));
        if (sort != null) {
            table.print(page(call, filter + "&sort=" + AdminCall.encoded(sort) + "&limit=" + limit));
        } else {
            int left = limit;
            String after = "";
            while (left > 0 && after != null) {
                Map<String, @Nullable Object> answer =
                        call.send("GET", SessionVerb.PATH + filter + "&limit=" + Math.min(left, PAGE) + after);
                List<?> sessions = AdminCall.list(answer, "sessions");
                table.print(sessions);
                left -= sessions.size();
                after = answer.get("next") == null ? null : "&after=" + answer.get("next");
            }
        }
        table.end();
    }

    private static List<?> page(AdminCall call, String query) throws AdminCallException {
        return AdminCall.list(call.send("GET", SessionVerb.PATH + query), "sessions");
    }
}
