// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.token;

import io.holdfast.server.access.AccessConfig;
import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.access.AccessPlugin;
import io.holdfast.server.access.PasswordCheck;
import io.holdfast.server.access.TokenConfig;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Tokens as a part of access control. */
public final class TokenPlugin implements AccessPlugin {
    private @Nullable TokenCheck check;

    /** For the service loader. */
    public TokenPlugin() {}

    @Override
    public boolean open(AccessConfig config, Function<String, Set<String>> groups) throws AccessFileException {
        TokenConfig tokens = config.tokens();
        if (tokens == null) {
            return false;
        }
        check = new TokenCheck(tokens);
        return true;
    }

    private TokenCheck check() {
        return Objects.requireNonNull(check, "not open");
    }

    @Override
    public Runnable reread() throws AccessFileException {
        return check().reread();
    }

    @Override
    public List<PasswordCheck> passwordChecks() {
        return List.of(check());
    }
}
