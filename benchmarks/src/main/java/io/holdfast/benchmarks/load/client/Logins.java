// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** As whom the clients of a run connect: all as one user, or nobody, or each as one of its own. Any thread. */
public final class Logins {
    private final List<Login> logins;

    /** What CONNECT carries; null for what it does not. */
    record Login(@Nullable String userName, @Nullable String password) {}

    private Logins(List<Login> logins) {
        this.logins = List.copyOf(logins);
    }

    /** All clients as one user. */
    public static Logins one(@Nullable String userName, @Nullable String password) {
        return new Logins(List.of(new Login(userName, password)));
    }

    /**
     * Reads lines of the form {@code NAME:PASSWORD}, as {@code holdfast user add --machine} prints them for several users.
     *
     * @throws LoadException when there is none, or one is something else
     */
    public static Logins read(Path file) {
        List<Login> logins = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                int colon = line.indexOf(':');
                if (colon < 1) {
                    throw new LoadException(
                            file + ":" + (logins.size() + 1) + ": a line of accounts has the form NAME:PASSWORD");
                }
                logins.add(new Login(line.substring(0, colon), line.substring(colon + 1)));
            }
        } catch (IOException e) {
            throw new LoadException("the accounts cannot be read from " + file + ": " + e.getMessage());
        }
        if (logins.isEmpty()) {
            throw new LoadException(file + " holds no accounts");
        }
        return new Logins(logins);
    }

    /** How many different ones there are. */
    public int count() {
        return logins.size();
    }

    /** That of the client with a number: they are dealt out in turn. */
    Login of(int client) {
        return logins.get(client % logins.size());
    }
}
