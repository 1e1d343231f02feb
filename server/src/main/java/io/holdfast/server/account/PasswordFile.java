// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.account;

import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.access.FileText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The password file: a line {@code user:hash} or {@code user:hash:group,group} for each account, empty lines, and comments
 * that begin with {@code #}. Strict: a line that is none of these, an account that stands there twice, or a file that
 * everybody may write to is an error, and so is a file without accounts, for it is more likely a mistake than a wish.
 * Immutable.
 */
public final class PasswordFile {
    private static final int USER_BYTES_MAX = 65_535;
    private static final String ADVICE = "make it with: holdfast user add NAME";

    private final Path file;
    private final List<String> lines;
    private final Map<String, Account> accounts = new LinkedHashMap<>();

    private PasswordFile(Path file, List<String> lines) throws AccessFileException {
        this.file = file;
        this.lines = lines;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (!isComment(line)) {
                Account account = account(line, i + 1);
                if (accounts.put(account.user(), account) != null) {
                    throw new AccessFileException(file, i + 1, "there is a second account '" + account.user() + "'");
                }
            }
        }
    }

    /**
     * Reads a file that has to hold accounts.
     *
     * @throws AccessFileException when it cannot be used, with file, line and reason
     */
    public static PasswordFile read(Path file) throws AccessFileException {
        PasswordFile read = new PasswordFile(file, FileText.lines(file, ADVICE));
        if (read.accounts.isEmpty()) {
            throw new AccessFileException(
                    file, "holds no account, so nobody could connect; add one with: holdfast user add NAME");
        }
        return read;
    }

    /**
     * Reads a file to change it; a missing one is empty.
     *
     * @throws AccessFileException when it is there and cannot be understood
     */
    public static PasswordFile edit(Path file) throws AccessFileException {
        return new PasswordFile(file, Files.exists(file) ? FileText.lines(file, ADVICE) : List.of());
    }

    private static boolean isComment(String line) {
        return line.isBlank() || line.startsWith("#");
    }

    private Account account(String line, int number) throws AccessFileException {
        String[] parts = line.split(":", -1);
        if (parts.length != 2 && parts.length != 3) {
            throw new AccessFileException(file, number, "a line has the form user:hash or user:hash:group,group");
        }
        String fault = faultOf(parts[0]);
        if (fault != null) {
            throw new AccessFileException(file, number, fault);
        }
        Set<String> groups = new LinkedHashSet<>();
        for (String group : parts.length == 3 ? parts[2].split(",", -1) : new String[0]) {
            if (!isGroup(group)) {
                throw new AccessFileException(file, number, "'" + group + "' is no name of a group");
            }
            groups.add(group);
        }
        try {
            return new Account(parts[0], PasswordHash.parse(parts[1]), Collections.unmodifiableSet(groups));
        } catch (IllegalArgumentException e) {
            throw new AccessFileException(file, number, String.valueOf(e.getMessage()));
        }
    }

    /** Why this cannot be the name of an account, or null when it can. */
    public static @Nullable String faultOf(String user) {
        if (user.isEmpty() || user.getBytes(StandardCharsets.UTF_8).length > USER_BYTES_MAX) {
            return "a user name has 1 to 65,535 bytes";
        }
        if (!user.equals(user.strip()) || user.startsWith("#") || user.contains(":")) {
            return "a user name holds no ':' and neither begins with # nor begins or ends with a blank";
        }
        return user.chars().anyMatch(Character::isISOControl) ? "a user name holds no control characters" : null;
    }

    /** Why this cannot be the hash of an account, or null when it can. */
    public static @Nullable String faultOfHash(String hash) {
        try {
            PasswordHash unused = PasswordHash.parse(hash);
            return null;
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Whether this can be the name of a group. */
    public static boolean isGroup(String name) {
        return !name.isEmpty() && name.chars().noneMatch(c -> c <= ' ' || c == ':' || c == ',' || c == '#');
    }

    Map<String, Account> accounts() {
        return Collections.unmodifiableMap(accounts);
    }

    public boolean contains(String user) {
        return accounts.containsKey(user);
    }

    // ---- for those who edit

    /** An account as a list shows it. */
    public record Entry(String user, String scheme, Set<String> groups) {}

    /** All accounts, in the order of the file; without their hashes. */
    public List<Entry> entries() {
        return accounts.values().stream()
                .map(account -> new Entry(account.user(), account.hash().scheme().id, account.groups()))
                .toList();
    }

    /** The lines of the file with these accounts, each in the place of an older one with its name. */
    List<String> with(List<Account> changes) {
        List<String> changed = new ArrayList<>(lines);
        for (Account account : changes) {
            String groups = account.groups().isEmpty() ? "" : ":" + String.join(",", account.groups());
            String line = account.user() + ":" + account.hash().text() + groups;
            if (contains(account.user())) {
                changed.set(place(account.user()), line);
            } else {
                changed.add(line);
            }
        }
        return changed;
    }

    /** The lines of the file without this account. */
    List<String> without(String user) {
        List<String> changed = new ArrayList<>(lines);
        changed.remove(place(user));
        return changed;
    }

    private int place(String user) {
        for (int i = 0; i < lines.size(); i++) {
            if (!isComment(lines.get(i)) && lines.get(i).startsWith(user + ":")) {
                return i;
            }
        }
        return -1;
    }

    Path file() {
        return file;
    }
}
