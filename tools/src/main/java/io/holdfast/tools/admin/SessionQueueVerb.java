// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.admin;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast session queue}: looks at what waits for one client, or gives some of it up. */
@Command(name = "queue", description = "Shows a session's queue page by page, or gives up messages of it.")
final class SessionQueueVerb extends AdminVerb {
    private static final int PAGE = 500;

    @Parameters(paramLabel = "CLIENT", description = "The client identifier.")
    private String client = "";

    @Option(names = "--from", paramLabel = "INDEX", description = "Begins with this index.")
    private long from;

    @Option(names = "--limit", paramLabel = "N", description = "So many messages at most (default 100).")
    private int limit = 100;

    @Option(
            names = "--payload",
            paramLabel = "FORM",
            description = "none (default), text, json or hex; in json and jsonl.")
    private String payload = "none";

    @Option(
            names = "--drop",
            paramLabel = "FROM[-TO]",
            description = "Gives up the messages of these indexes, all or none; never what was sent.")
    private @Nullable String drop;

    SessionQueueVerb() {}

    @Override
    void run(AdminCall call) throws AdminCallException, IOException {
        String path = SessionVerb.PATH + "/" + AdminCall.encoded(client) + "/queue";
        if (drop != null) {
            int dash = drop.indexOf('-');
            String first = dash < 0 ? drop : drop.substring(0, dash);
            String last = dash < 0 ? drop : drop.substring(dash + 1);
            String range = "?from=" + AdminCall.encoded(first) + "&to=" + AdminCall.encoded(last);
            printObject(call.send("DELETE", path + range));
            return;
        }
        Table table = new Table(
                "messages", "index", "state", "qos", "retain", "bytes", "ageSeconds", "expiresSeconds", "topic");
        int left = limit;
        String at = Long.toString(from);
        while (left > 0 && at != null) {
            Map<String, @Nullable Object> answer = call.send(
                    "GET",
                    path + "?from=" + at + "&limit=" + Math.min(left, PAGE) + "&payload=" + AdminCall.encoded(payload));
            List<?> messages = AdminCall.list(answer, "messages");
            table.print(messages);
            left -= messages.size();
            at = answer.get("next") == null ? null : String.valueOf(answer.get("next"));
        }
        table.end();
    }
}
