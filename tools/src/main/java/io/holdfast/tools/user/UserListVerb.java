// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.user;

import io.holdfast.server.account.AccountEditor;
import io.holdfast.server.account.PasswordFile;
import picocli.CommandLine.Command;

/** {@code holdfast user list}. */
@Command(name = "list", description = "Lists accounts: user, how the password is hashed, groups; separated by tabs.")
final class UserListVerb extends UserOperation {
    UserListVerb() {}

    @Override
    void run(AccountEditor editor) {
        for (PasswordFile.Entry entry : editor.accounts().entries()) {
            out().println(entry.user() + "\t" + entry.scheme() + "\t" + String.join(",", entry.groups()));
        }
    }
}
