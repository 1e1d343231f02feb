// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.server.access.AccessConfig;
import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.access.AccessPlugin;
import io.holdfast.server.access.AccessPolicy;
import io.holdfast.server.access.Authentication;
import io.holdfast.server.access.AuthenticationMethod;
import io.holdfast.server.access.JointPolicy;
import io.holdfast.server.access.PasswordCheck;
import io.holdfast.server.access.Standing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts together who may connect and what they may do then, from the parts on the class path that the configuration asks
 * for. Lives as long as the broker; any thread.
 */
final class Access implements Standing, AutoCloseable {
    private final List<AccessPlugin> parts = new ArrayList<>();
    private final Authentication authentication;
    /** Whether somebody without names of all users lets them in. */
    private final boolean othersKnowUsers;

    private volatile @Nullable AccessPolicy policy;

    private Access(
            AccessConfig config,
            Iterable<AccessPlugin> plugins,
            List<AuthenticationMethod> given,
            boolean certificatesName)
            throws AccessFileException {
        for (AccessPlugin plugin : plugins) {
            if (plugin.open(config, this::groups)) {
                parts.add(plugin);
            }
        }
        parts.sort(Comparator.comparing(AccessPlugin::judgesEverybody));
        policy = joint();
        othersKnowUsers = certificatesName || !given.isEmpty();
        List<AuthenticationMethod> methods = new ArrayList<>(given);
        List<PasswordCheck> checks = new ArrayList<>();
        for (AccessPlugin part : parts) {
            methods.addAll(part.methods());
            checks.addAll(part.passwordChecks());
        }
        authentication = new Authentication(methods, checks, config.anonymous());
    }

    /**
     * Opens the parts, and lets them read their files.
     *
     * @param given methods of enhanced authentication beside those of the parts
     * @param certificatesName whether certificates may name users that no part knows
     * @throws AccessFileException when one of them cannot serve: then there must be no broker (T33)
     * @throws IllegalArgumentException when two methods have the same name
     */
    static Access open(AccessConfig config, List<AuthenticationMethod> given, boolean certificatesName)
            throws AccessFileException {
        return new Access(config, ServiceLoader.load(AccessPlugin.class), given, certificatesName);
    }

    /**
     * Reads the files again, all or none of them.
     *
     * @return what puts them in force
     * @throws AccessFileException when one cannot be used: then everything stays as it was (T33)
     */
    Runnable reread() throws AccessFileException {
        List<Runnable> changes = new ArrayList<>();
        for (AccessPlugin part : parts) {
            changes.add(part.reread());
        }
        return () -> {
            changes.forEach(Runnable::run);
            policy = joint(); // Another object, even of the same rules: groups may have changed.
        };
    }

    private @Nullable AccessPolicy joint() {
        List<AccessPolicy> policies = new ArrayList<>();
        for (AccessPlugin part : parts) {
            AccessPolicy one = part.policy();
            if (one != null) {
                policies.add(one);
            }
        }
        return policies.isEmpty() ? null : new JointPolicy(policies);
    }

    private Set<String> groups(String user) {
        Set<String> all = new HashSet<>();
        parts.forEach(part -> all.addAll(part.groups(user)));
        return all;
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
        return parts.stream().allMatch(part -> part.stands(user, proof));
    }

    @Override
    public boolean mayExist(@Nullable String user) {
        return user == null
                || othersKnowUsers
                || !authentication.provesUsers()
                || parts.stream().anyMatch(part -> part.mayExist(user));
    }

    @Override
    public void close() {
        authentication.close();
        parts.forEach(AccessPlugin::close);
    }
}
