// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.rule;

import io.holdfast.server.access.Client;
import io.holdfast.server.access.Glob;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whom a rule speaks of: a kind, and for most kinds patterns of which one has to match. What is not there matches none. */
record Subject(Kind kind, List<Glob> patterns) {
    enum Kind {
        USER(true),
        GROUP(true),
        CLIENT(true),
        CERTIFICATE(true),
        /** Who has proven nothing. */
        ANONYMOUS(false),
        ALL(false);

        final boolean named;

        Kind(boolean named) {
            this.named = named;
        }
    }

    boolean includes(Client client, Set<String> groups) {
        return switch (kind) {
            case USER -> matches(client.user());
            case GROUP -> groups.stream().anyMatch(this::matches);
            case CLIENT -> matches(client.clientId());
            case CERTIFICATE -> matches(client.certificate());
            case ANONYMOUS -> client.user() == null && client.certificate() == null;
            case ALL -> true;
        };
    }

    private boolean matches(@Nullable String name) {
        return name != null && patterns.stream().anyMatch(pattern -> pattern.matches(name));
    }
}
