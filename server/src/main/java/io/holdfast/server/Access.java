// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.server.access.AccessConfig;
import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.access.AccessPolicy;
import io.holdfast.server.access.Authentication;
import io.holdfast.server.access.AuthenticationMethod;
import io.holdfast.server.access.PasswordCheck;
import io.holdfast.server.access.Standing;
import io.holdfast.server.account.Accounts;
import io.holdfast.server.rule.Rules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts together who may connect and what they may do then, from the files that the configuration names. Lives as long as
 * the broker; any thread.
 */
final class Access implements Standing, AutoCloseable {
    private final Authentication authentication;
    private final @Nullable Accounts accounts;
    private final @Nullable Path rulesFile;
    /** Whether somebody else than the password file may know users. */
    private final boolean othersKnowUsers;

    private volatile @Nullable AccessPolicy policy;

    private Access(AccessConfig config, List<AuthenticationMethod> methods, boolean certificatesName)
            throws AccessFileException {
        Path passwords = config.passwordFile();
        accounts =
                passwords == null ? null : new Accounts(passwords, config.lockoutFailuresMax(), config.lockoutForget());
        rulesFile = config.rulesFile();
        policy = rules();
        List<PasswordCheck> checks = new ArrayList<>();
        if (accounts != null) {
            checks.add(accounts);
        }
        othersKnowUsers = certificatesName || !methods.isEmpty();
        authentication = new Authentication(methods, checks, config.anonymous());
    }

    /**
     * Reads the files.
     *
     * @param certificatesName whether certificates may name users that no file knows
     * @throws AccessFileException when one of them cannot be used: then there must be no broker (T33)
     * @throws IllegalArgumentException when two methods have the same name
     */
    static Access open(AccessConfig config, List<AuthenticationMethod> methods, boolean certificatesName)
            throws AccessFileException {
        return new Access(config, methods, certificatesName);
    }

    /**
     * Reads the files again, all or none of them.
     *
     * @return what puts them in force
     * @throws AccessFileException when one cannot be used: then everything stays as it was (T33)
     */
    Runnable reread() throws AccessFileException {
        AccessPolicy next = rules();
        Runnable users = accounts == null ? () -> {} : accounts.reread();
        return () -> {
            users.run();
            policy = next; // Another object, even of the same rules: groups may have changed.
        };
    }

    private @Nullable AccessPolicy rules() throws AccessFileException {
        return rulesFile == null ? null : Rules.read(rulesFile, this::groups);
    }

    private Set<String> groups(String user) {
        return accounts == null ? Set.of() : accounts.groups(user);
    }

    Authentication authentication() {
        return authentication;
    }

    /** What clients may do now, or null while everybody may do everything. */
    @Nullable
    AccessPolicy policy() {
        return policy;
    }

    @Override
    public boolean stands(String user, Object proof) {
        return accounts == null || accounts.stands(user, proof);
    }

    @Override
    public boolean mayExist(@Nullable String user) {
        return user == null || accounts == null || othersKnowUsers || accounts.contains(user);
    }

    @Override
    public void close() {
        authentication.close();
    }
}
