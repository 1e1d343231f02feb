// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.admin;

import io.holdfast.tools.Verb;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast top}: which clients are behind. */
@Command(name = "top", description = "Lists connected clients that are behind, the worst first.")
public final class TopVerb extends AdminVerb implements Verb {
    @Option(names = "--limit", paramLabel = "N", description = "So many at most (default 20).")
    private int limit = 20;

    @Option(
            names = "--by",
            paramLabel = "BY",
            description = "bytes (default): what waits in their sockets; unacknowledged: messages sent.")
    private String by = "bytes";

    public TopVerb() {}

    @Override
    void run(AdminCall call) throws AdminCallException, IOException {
        Table table =
                new Table("clients", "client", "waitingBytes", "unacknowledged", "messages", "oldestSeconds", "peer");
        table.print(AdminCall.list(
                call.send("GET", "/api/v1/slow?limit=" + limit + "&by=" + AdminCall.encoded(by)), "clients"));
        table.end();
    }
}
