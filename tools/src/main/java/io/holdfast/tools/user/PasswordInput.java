// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.user;

import io.holdfast.server.account.AccountEditor;
import io.holdfast.tools.user.UserOperation.NotDoneException;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a password comes from: the terminal, which does not show it and is asked twice, or the first line of the input. */
final class PasswordInput {
    @Option(names = "--stdin", description = "Reads the password from standard input: its first line.")
    private boolean stdin;

    @Option(
            names = "--scram",
            description = "For clients that authenticate by SCRAM-SHA-256 (MQTT 5) and never send their password.")
    private boolean scram;

    @Option(
            names = "--iterations",
            paramLabel = "N",
            description =
                    "What the hash of a chosen password costs (default: " + AccountEditor.ITERATIONS_DEFAULT + ").")
    private int iterations = AccountEditor.ITERATIONS_DEFAULT;

    /** Reads the password and gives it to an account. */
    void put(AccountEditor editor, String user, Set<String> groups) throws IOException, NotDoneException {
        byte[] password = read(user);
        if (scram) {
            editor.putScram(user, password, groups, iterations());
        } else {
            editor.put(user, password, groups, iterations());
        }
    }

    private int iterations() throws NotDoneException {
        if (iterations < AccountEditor.ITERATIONS_MIN || iterations > AccountEditor.ITERATIONS_MAX) {
            throw new NotDoneException(
                    "--iterations has to be " + AccountEditor.ITERATIONS_MIN + " to " + AccountEditor.ITERATIONS_MAX);
        }
        return iterations;
    }

    private byte[] read(String user) throws IOException, NotDoneException {
        // None where the input is no terminal, before JDK 22; from then on --stdin says so.
        Optional<Console> console = Optional.ofNullable(System.console());
        String password = stdin || console.isEmpty() ? line() : typed(console.get(), user);
        if (password == null || password.isEmpty()) {
            throw new NotDoneException("a password has at least one character");
        }
        return password.getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable String line() throws IOException {
        return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    }

    private static @Nullable String typed(Console console, String user) throws NotDoneException {
        char[] first = console.readPassword("Password of %s: ", user);
        char[] second = console.readPassword("Again: ");
        if (!Arrays.equals(first, second)) {
            throw new NotDoneException("the two are not the same");
        }
        return first == null ? null : new String(first);
    }
}
