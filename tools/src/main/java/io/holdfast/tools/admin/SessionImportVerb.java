// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.admin;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast session import}: a session that was exported elsewhere, into a running broker. */
@Command(
        name = "import",
        description = {
            "Takes in the session that 'session export', or 'store export --client', wrote. Its packet identifiers and the"
                    + " places in its queue stay, so its client goes on where it was. All of it or nothing."
        })
final class SessionImportVerb extends AdminVerb {
    @Parameters(paramLabel = "FILE", description = "The file with one session.")
    private Path file = Path.of("");

    @Option(
            names = "--replace",
            description =
                    "The client's session here ends, with its connection and all it is owed (default: then nothing"
                            + " is imported).")
    private boolean replace;

    SessionImportVerb() {}

    @Override
    void run(AdminCall call) throws AdminCallException {
        String path = AdminCall.encoded(file.toAbsolutePath().normalize().toString());
        printObject(call.send("POST", SessionVerb.PATH + "/import?from=" + path + "&replace=" + replace));
    }
}
