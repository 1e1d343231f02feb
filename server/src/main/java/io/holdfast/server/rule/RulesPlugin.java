// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.rule;

import io.holdfast.server.access.AccessConfig;
import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.access.AccessPlugin;
import io.holdfast.server.access.AccessPolicy;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The rules file as a part of access control. */
public final class RulesPlugin implements AccessPlugin {
    private @Nullable Path file;
    private Function<String, Set<String>> groups = user -> Set.of();
    private volatile @Nullable Rules rules;

    /** For the service loader. */
    public RulesPlugin() {}

    @Override
    public boolean open(AccessConfig config, Function<String, Set<String>> groupsOfAll) throws AccessFileException {
        file = config.rulesFile();
        groups = groupsOfAll;
        if (file != null) {
            rules = Rules.read(file, groups);
        }
        return file != null;
    }

    @Override
    public Runnable reread() throws AccessFileException {
        Rules next = Rules.read(Objects.requireNonNull(file, "not open"), groups);
        return () -> rules = next;
    }

    @Override
    public @Nullable AccessPolicy policy() {
        return rules;
    }
}
