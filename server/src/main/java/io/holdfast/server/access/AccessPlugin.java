// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of access control, found by {@link java.util.ServiceLoader}: the password file, access rules and tokens are three,
 * others may be added to the class path. Each broker has an instance of its own, which sees {@link #open} first and
 * {@link #close} last; everything else comes from any thread.
 */
public interface AccessPlugin extends AutoCloseable {
    /**
     * Gets ready, before the broker does anything else.
     *
     * @param groups of a user, as all parts together know them; not to be asked before all are open
     * @return whether the configuration asks for this part at all; false and it is not asked again
     * @throws AccessFileException when it cannot serve: then the broker does not start (T33)
     */
    boolean open(AccessConfig config, Function<String, Set<String>> groups) throws AccessFileException;

    /**
     * Reads again what may have changed.
     *
     * @return what puts it in force; called once all parts could be read, or never
     * @throws AccessFileException when it cannot be used: then nothing of any part changes
     */
    Runnable reread() throws AccessFileException;

    /** Methods of MQTT 5 enhanced authentication; asked once. */
    default List<AuthenticationMethod> methods() {
        return List.of();
    }

    /** Checks of user name and password; asked once. */
    default List<PasswordCheck> passwordChecks() {
        return List.of();
    }

    /** Whether its checks have an answer for every user name, known or not: then they are asked after those of all others. */
    default boolean judgesEverybody() {
        return false;
    }

    /** What clients may do, null for no opinion; asked after opening and after each reload. All policies have to allow. */
    default @Nullable AccessPolicy policy() {
        return null;
    }

    /** The groups of a user, none for one that this part does not know. */
    default Set<String> groups(String user) {
        return Set.of();
    }

    /** Whether a user whom this part let in once may still exist; false only from a part that knows all its users by name. */
    default boolean mayExist(String user) {
        return !passwordChecks().isEmpty() || !methods().isEmpty();
    }

    /** Whether what somebody has proven to this part still stands; true for proofs of other parts. */
    default boolean stands(String user, Object proof) {
        return true;
    }

    @Override
    default void close() {}
}
