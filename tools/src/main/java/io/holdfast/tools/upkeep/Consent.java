// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Whether an operator agrees to what a verb is about to take away: {@code --yes} says so beforehand, and where somebody
 * sits at a terminal he is asked. A script without {@code --yes} has not agreed.
 */
final class Consent {
    private static final Set<String> YES = Set.of("y", "yes");

    /** Shows a question and returns what was typed; null when there is nobody to ask. */
    private final @Nullable UnaryOperator<String> terminal;

    Consent(@Nullable UnaryOperator<String> terminal) {
        this.terminal = terminal;
    }

    /** Asks at the terminal of this process, if it has one. */
    static Consent atTerminal() {
        return new Consent(Optional.ofNullable(System.console())
                .<UnaryOperator<String>>map(
                        console -> question -> String.valueOf(console.readLine("%s [y/N] ", question)))
                .orElse(null));
    }

    /**
     * Asks unless it is known.
     *
     * @param yes whether {@code --yes} was given
     * @param question a whole sentence
     */
    boolean isGiven(boolean yes, String question) {
        return yes
                || (terminal != null
                        && YES.contains(terminal.apply(question).strip().toLowerCase(Locale.ROOT)));
    }
}
