// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.user;

import io.holdfast.server.account.AccountEditor;
import io.holdfast.server.account.PasswordFile;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast user add}. */
@Command(
        name = "add",
        description = {
            "Adds an account; makes the file when it is missing.",
            "With --machine it adds as many as are named, all or none, and prints a line for each: NAME:SECRET."
        })
final class UserAddVerb extends UserOperation {
    @Parameters(arity = "1..*", paramLabel = "USER", description = "The user name; several with --machine.")
    private List<String> users = List.of();

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
        if (users.size() > 1 && !machine) {
            throw new NotDoneException("a password belongs to one user; only with --machine there may be several");
        }
        Set<String> fresh = new HashSet<>();
        for (String user : users) {
            String fault = PasswordFile.faultOf(user);
            if (fault != null) {
                throw new NotDoneException("'" + user + "': " + fault);
            }
            if (editor.accounts().contains(user) || !fresh.add(user)) {
                throw new NotDoneException(
                        "there is an account '" + user + "' already; change its password with: user passwd");
            }
        }
        Set<String> all = new LinkedHashSet<>(groups);
        for (String group : all) {
            if (!PasswordFile.isGroup(group)) {
                throw new NotDoneException("'" + group + "' is no name of a group: no blank, comma, colon or #");
            }
        }
        if (!machine) {
            password.put(editor, users.get(0), all);
            return;
        }
        List<String> secrets = editor.putMachines(users, all);
        for (int i = 0; i < secrets.size(); i++) {
            out().println(users.size() == 1 ? secrets.get(i) : users.get(i) + ":" + secrets.get(i));
        }
    }
}
