// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.admin;

import io.holdfast.tools.Verb;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast topics}: who subscribes with what, and what is remarkable about it. */
@Command(name = "topics", description = "Counts the subscriptions of a running broker by their topic filters.")
public final class TopicsVerb extends AdminVerb implements Verb {
    @Option(names = "--limit", paramLabel = "N", description = "So many filters at most (default 100).")
    private int limit = 100;

    @Option(
            names = "--lint",
            description = "Only filters with a finding: nobody can match them, or they are easy to get wrong.")
    private boolean lint;

    public TopicsVerb() {}

    @Override
    void run(AdminCall call) throws AdminCallException, IOException {
        Table table = lint
                ? new Table("filters", "sessions", "filter", "finding")
                : new Table("filters", "sessions", "filter");
        Map<String, @Nullable Object> answer =
                call.send("GET", "/api/v1/topics?limit=" + limit + (lint ? "&lint=true" : ""));
        table.print(AdminCall.list(answer, "filters"));
        table.end();
        if (format() == Format.table) {
            out().println(answer.get("subscriptions") + " subscriptions with " + answer.get("distinct") + " filters; "
                    + answer.get("more") + " more to show");
        }
    }
}
