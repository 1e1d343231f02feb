// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.user;

import io.holdfast.server.account.AccountEditor;
import io.holdfast.server.account.PasswordFile;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast user add}. */
@Command(name = "add", description = "Adds an account; makes the file when it is missing.")
final class UserAddVerb extends UserOperation {
    @Parameters(paramLabel = "USER", description = "The user name.")
    private String user = "";

    @Option(
            names = "--group",
            paramLabel = "NAME",
            split = ",",
            description = "Groups that access rules may speak of; may be repeated.")
    private List<String> groups = List.of();

    @Option(
            names = "--machine",
            description = "Makes a random secret of 128 bits and prints it once: for devices, cheap to verify.")
    private boolean machine;

    @Mixin
    private PasswordInput password;

    UserAddVerb() {}

    @Override
    void run(AccountEditor editor) throws IOException, NotDoneException {
        String fault = PasswordFile.faultOf(user);
        if (fault != null) {
            throw new NotDoneException(fault);
        }
        if (editor.accounts().contains(user)) {
            throw new NotDoneException(
                    "there is an account '" + user + "' already; change its password with: user passwd");
        }
        Set<String> all = new LinkedHashSet<>(groups);
        for (String group : all) {
            if (!PasswordFile.isGroup(group)) {
                throw new NotDoneException("'" + group + "' is no name of a group: no blank, comma, colon or #");
            }
        }
        if (machine) {
            out().println(editor.putMachine(user, all));
        } else {
            password.put(editor, user, all);
        }
    }
}
