// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.user;

import io.holdfast.server.account.AccountEditor;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast user passwd}. */
@Command(name = "passwd", description = "Gives an account another password; its groups stay.")
final class UserPasswdVerb extends UserOperation {
    @Parameters(paramLabel = "USER", description = "The user name.")
    private String user = "";

    @Option(names = "--machine", description = "Makes a random secret of 128 bits and prints it once.")
    private boolean machine;

    @Mixin
    private PasswordInput password;

    UserPasswdVerb() {}

    @Override
    void run(AccountEditor editor) throws IOException, NotDoneException {
        if (!editor.accounts().contains(user)) {
            throw new NotDoneException("there is no account '" + user + "'");
        }
        if (machine) {
            out().println(editor.putMachine(user, editor.groups(user)));
        } else {
            password.put(editor, user, editor.groups(user));
        }
    }
}
