// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.admin;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Orders about one session; each ends when the broker has on disk what it says. */
abstract class SessionOrderVerb extends AdminVerb {
    @Parameters(paramLabel = "CLIENT", description = "The client identifier.")
    private String client = "";

    private final String method;
    private final String suffix;

    SessionOrderVerb(String method, String suffix) {
        this.method = method;
        this.suffix = suffix;
    }

    @Override
    void run(AdminCall call) throws AdminCallException {
        printObject(call.send(method, SessionVerb.PATH + "/" + AdminCall.encoded(client) + suffix));
    }

    /** {@code holdfast session disconnect}. */
    @Command(
            name = "disconnect",
            description = "Ends the client's connection; its will is published, its session stays.")
    static final class Disconnect extends SessionOrderVerb {
        Disconnect() {
            super("POST", "/disconnect");
        }
    }

    /** {@code holdfast session drop}. */
    @Command(
            name = "drop",
            description = "Ends connection and session with everything that waits, as a clean start would.")
    static final class Drop extends SessionOrderVerb {
        Drop() {
            super("DELETE", "");
        }
    }

    /** {@code holdfast session purge}. */
    @Command(name = "purge", description = "Gives up all messages that wait for the client and were not sent to it.")
    static final class Purge extends SessionOrderVerb {
        Purge() {
            super("POST", "/purge");
        }
    }

    /** {@code holdfast session expire}. */
    @Command(name = "expire", description = "Ends a session whose client is away, as if its time were over.")
    static final class Expire extends SessionOrderVerb {
        Expire() {
            super("POST", "/expire");
        }
    }
}
