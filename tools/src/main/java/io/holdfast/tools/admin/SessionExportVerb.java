// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.admin;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast session export}: one session of a running broker into a file that another one takes. */
@Command(
        name = "export",
        description = {
            "Writes the client's session, as it is at this moment, with all it is owed: what 'session import' and 'store"
                    + " import' take. The session stays; drop it before its client goes to the other broker."
        })
final class SessionExportVerb extends AdminVerb {
    @Parameters(paramLabel = "CLIENT", description = "The client identifier.")
    private String client = "";

    @Option(names = "--to", paramLabel = "FILE", description = "A new file (default: the standard output).")
    private @Nullable Path to;

    SessionExportVerb() {}

    @Override
    void run(AdminCall call) throws AdminCallException, IOException {
        if (to != null) {
            printObject(order(call, to));
            return;
        }
        Path folder = Files.createTempDirectory("holdfast-export");
        Path file = folder.resolve("session.jsonl");
        try {
            order(call, file);
            try (Reader lines = Files.newBufferedReader(file)) {
                lines.transferTo(out());
            }
            out().flush();
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
    }

    private Map<String, @Nullable Object> order(AdminCall call, Path file) throws AdminCallException {
        String path = AdminCall.encoded(file.toAbsolutePath().normalize().toString());
        return call.send("POST", SessionVerb.PATH + "/" + AdminCall.encoded(client) + "/export?to=" + path);
    }
}
