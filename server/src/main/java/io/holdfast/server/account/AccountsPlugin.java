// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.account;

import io.holdfast.server.access.AccessConfig;
import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.access.AccessPlugin;
import io.holdfast.server.access.AuthenticationMethod;
import io.holdfast.server.access.PasswordCheck;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The password file as a part of access control. */
public final class AccountsPlugin implements AccessPlugin {
    private @Nullable Accounts accounts;

    /** For the service loader. */
    public AccountsPlugin() {}

    @Override
    public boolean open(AccessConfig config, Function<String, Set<String>> groups) throws AccessFileException {
        Path file = config.passwordFile();
        if (file == null) {
            return false;
        }
        accounts = new Accounts(file, config.lockoutFailuresMax(), config.lockoutForget());
        return true;
    }

    private Accounts accounts() {
        return Objects.requireNonNull(accounts, "not open");
    }

    @Override
    public Runnable reread() throws AccessFileException {
        return accounts().reread();
    }

    @Override
    public List<PasswordCheck> passwordChecks() {
        return List.of(accounts());
    }

    /** A name that it does not know is as wrong as a wrong password (T34). */
    @Override
    public boolean judgesEverybody() {
        return true;
    }

    @Override
    public List<AuthenticationMethod> methods() {
        return List.of(new ScramMethod(accounts()));
    }

    @Override
    public Set<String> groups(String user) {
        return accounts().groups(user);
    }

    @Override
    public boolean mayExist(String user) {
        return accounts().contains(user);
    }

    @Override
    public boolean stands(String user, Object proof) {
        return !(proof instanceof PasswordHash) || accounts().stands(user, proof);
    }
}
