// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.admin;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast session show}. */
@Command(name = "show", description = "Shows a session: its connection, queue, subscriptions and will.")
final class SessionShowVerb extends AdminVerb {
    @Parameters(paramLabel = "CLIENT", description = "The client identifier.")
    private String client = "";

    SessionShowVerb() {}

    @Override
    void run(AdminCall call) throws AdminCallException {
        printObject(call.send("GET", SessionVerb.PATH + "/" + AdminCall.encoded(client)));
    }
}
