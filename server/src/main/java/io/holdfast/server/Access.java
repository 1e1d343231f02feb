// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.server.access.AccessConfig;
import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.access.Authentication;
import io.holdfast.server.access.AuthenticationMethod;
import io.holdfast.server.access.PasswordCheck;
import io.holdfast.server.account.Accounts;
import java.util.ArrayList;
import java.util.List;

/** Puts together who may connect, from the files that the configuration names. Lives as long as the broker. */
final class Access implements AutoCloseable {
    private final Authentication authentication;

    private Access(Authentication authentication) {
        this.authentication = authentication;
    }

    /**
     * Reads the files.
     *
     * @throws AccessFileException when one of them cannot be used: then there must be no broker (T33)
     * @throws IllegalArgumentException when two methods have the same name
     */
    static Access open(AccessConfig config, List<AuthenticationMethod> methods) throws AccessFileException {
        List<PasswordCheck> checks = new ArrayList<>();
        if (config.passwordFile() != null) {
            checks.add(new Accounts(config.passwordFile(), config.lockoutFailuresMax(), config.lockoutForget()));
        }
        return new Access(new Authentication(methods, checks, config.anonymous()));
    }

    Authentication authentication() {
        return authentication;
    }

    @Override
    public void close() {
        authentication.close();
    }
}
