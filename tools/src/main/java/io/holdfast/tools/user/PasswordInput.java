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

    /** How a password that somebody chose is hashed. */
    private enum Algorithm {
        pbkdf2,
        argon2id,
        scram
    }

    @Option(
            names = "--algorithm",
            paramLabel = "NAME",
            description =
                    "How the password is hashed: pbkdf2 (default); argon2id, which needs 19 MiB of memory for each login;"
                            + " scram, for clients that authenticate by SCRAM-SHA-256 (MQTT 5) and never send their password.")
    private @Nullable Algorithm algorithm;

    @Option(names = "--scram", description = "Short for --algorithm scram.")
    private boolean scram;

    @Option(
            names = "--iterations",
            paramLabel = "N",
            description = "What the hash of a chosen password costs by pbkdf2 or scram (default: "
                    + AccountEditor.ITERATIONS_DEFAULT + ").")
    private @Nullable Integer iterations;

    /** Reads the password and gives it to an account. */
    void put(AccountEditor editor, String user, Set<String> groups) throws IOException, NotDoneException {
        Algorithm chosen = algorithm();
        int cost = iterations();
        byte[] password = read(user);
        switch (chosen) {
            case pbkdf2 -> editor.put(user, password, groups, cost);
            case argon2id -> editor.putArgon2id(user, password, groups);
            case scram -> editor.putScram(user, password, groups, cost);
        }
    }

    private Algorithm algorithm() throws NotDoneException {
        Algorithm named = algorithm;
        if (scram && named != null && named != Algorithm.scram) {
            throw new NotDoneException("--scram and --algorithm " + named + " are two algorithms; choose one");
        }
        if (named == Algorithm.argon2id && iterations != null) {
            throw new NotDoneException("--iterations is what pbkdf2 and scram cost, not argon2id");
        }
        return scram ? Algorithm.scram : named == null ? Algorithm.pbkdf2 : named;
    }

    private int iterations() throws NotDoneException {
        int chosen = iterations == null ? AccountEditor.ITERATIONS_DEFAULT : iterations;
        if (chosen < AccountEditor.ITERATIONS_MIN || chosen > AccountEditor.ITERATIONS_MAX) {
            throw new NotDoneException(
                    "--iterations has to be " + AccountEditor.ITERATIONS_MIN + " to " + AccountEditor.ITERATIONS_MAX);
        }
        return chosen;
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
