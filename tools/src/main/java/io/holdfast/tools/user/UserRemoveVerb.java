// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.user;

import io.holdfast.server.account.AccountEditor;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast user remove}. */
@Command(name = "remove", description = "Removes an account.")
final class UserRemoveVerb extends UserOperation {
    @Parameters(paramLabel = "USER", description = "The user name.")
    private String user = "";

    UserRemoveVerb() {}

    @Override
    void run(AccountEditor editor) throws IOException, NotDoneException {
        if (!editor.accounts().contains(user)) {
            throw new NotDoneException("there is no account '" + user + "'");
        }
        editor.remove(user);
    }
}
