// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.account;

import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.access.AuthenticationStep;
import io.holdfast.server.access.Credentials;
import io.holdfast.server.access.PasswordCheck;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of a password file, as of the last time it could be read. A wrong password and an unknown user get the same
 * answer after the same work: every refusal costs as many iterations as the dearest hash of the file, and as much of
 * Argon2id as the dearest of that kind (T34). Any thread.
 */
public final class Accounts implements PasswordCheck {
    private static final int VERIFIED_MAX = 131_072;

    /** Passwords up to here are looked up on the event loop. */
    private static final int QUICK_BYTES_MAX = 1_024;

    /** The answer to a user who is locked out. */
    static final AuthenticationStep.Refused LOCKED = new AuthenticationStep.Refused(
            ReasonCode.CONNECTION_RATE_EXCEEDED,
            "too many wrong passwords for this user from this address; try again later");

    private final Path file;
    private final Lockout lockout;
    private final VerifiedPasswords verified = new VerifiedPasswords(VERIFIED_MAX);
    private final Spender spender;
    private volatile Known known;

    /** Everything that a file says, replaced as a whole. */
    private record Known(
            Map<String, Account> accounts,
            int dearestIterations,
            Argon2.@Nullable Cost dearestMemory,
            int scramIterations) {
        static Known of(PasswordFile file) {
            int dearest = file.accounts().values().stream()
                    .mapToInt(account -> account.hash().iterations())
                    .max()
                    .orElse(0);
            int scram = file.accounts().values().stream()
                    .filter(account -> account.hash().scheme() == PasswordHash.Scheme.SCRAM_SHA256)
                    .mapToInt(account -> account.hash().iterations())
                    .findFirst()
                    .orElse(AccountEditor.ITERATIONS_DEFAULT);
            Argon2.Cost memory = file.accounts().values().stream()
                    .flatMap(account -> Stream.ofNullable(account.hash().memory()))
                    .max(Comparator.comparingLong(Argon2.Cost::work))
                    .orElse(null);
            return new Known(file.accounts(), dearest, memory, scram);
        }
    }

    /** Does the work of hashing, of which nothing is used. */
    interface Spender {
        void spend(byte[] password, int iterations, Argon2.@Nullable Cost cost);
    }

    /**
     * Reads the accounts.
     *
     * @param failuresMax wrong passwords of a user from an address until both together are locked out; 0 for no lock
     * @param forget after so long one failure is forgotten
     * @throws AccessFileException when the file cannot be used
     */
    public Accounts(Path file, int failuresMax, Duration forget) throws AccessFileException {
        this(file, failuresMax, forget, System::nanoTime, PasswordHash::spend);
    }

    Accounts(Path file, int failuresMax, Duration forget, LongSupplier nanoTime, Spender spender)
            throws AccessFileException {
        this.file = file;
        this.spender = spender;
        lockout = new Lockout(failuresMax, forget.toNanos(), nanoTime);
        known = Known.of(PasswordFile.read(file));
    }

    /**
     * Reads the file again.
     *
     * @return what puts it in force
     * @throws AccessFileException when it cannot be used; then what was read before stays in force
     */
    public Runnable reread() throws AccessFileException {
        Known next = Known.of(PasswordFile.read(file));
        return () -> known = next;
    }

    /** The groups of a user; none for one whom the file does not know. */
    public Set<String> groups(String user) {
        Account account = known.accounts().get(user);
        return account == null ? Set.of() : account.groups();
    }

    /** Whether an account still has the password that somebody proved to know. */
    public boolean stands(String user, Object proof) {
        Account account = known.accounts().get(user);
        return account != null && account.hash().equals(proof);
    }

    public boolean contains(String user) {
        return known.accounts().containsKey(user);
    }

    // ---- for SCRAM

    /** What SCRAM knows of a user; null for one whom it does not know. */
    @Nullable
    PasswordHash scram(String user) {
        Account account = known.accounts().get(user);
        return account != null && account.hash().scheme() == PasswordHash.Scheme.SCRAM_SHA256 ? account.hash() : null;
    }

    /** What users are told whom it does not know. */
    int scramIterations() {
        return known.scramIterations();
    }

    boolean isLocked(String user, @Nullable InetAddress address) {
        return lockout.isLocked(user, address);
    }

    void failed(String user, @Nullable InetAddress address) {
        lockout.failed(user, address);
    }

    void succeeded(String user, @Nullable InetAddress address) {
        lockout.succeeded(user, address);
    }

    // ---- for CONNECT

    /** A lock, a password that was right before, or a secret that costs nothing to look at. */
    @Override
    public @Nullable AuthenticationStep atOnce(Credentials credentials) {
        String user = credentials.userName();
        if (user == null) {
            return null;
        }
        if (lockout.isLocked(user, credentials.address())) {
            return LOCKED;
        }
        byte @Nullable [] password = credentials.password();
        Account account = known.accounts().get(user);
        if (account == null || password == null || password.length > QUICK_BYTES_MAX) {
            return null;
        }
        boolean right =
                account.hash().isCheap() ? account.hash().matches(password) : verified.contains(account, password);
        return right ? accepted(credentials, account) : null;
    }

    /** A user name without a password is as wrong as one with the wrong password. */
    @Override
    public @Nullable AuthenticationStep judge(Credentials credentials) {
        String user = credentials.userName();
        if (user == null) {
            return null;
        }
        Known now = known;
        byte @Nullable [] given = credentials.password();
        byte[] password = given == null ? new byte[0] : given;
        Account account = now.accounts().get(user);
        if (account != null && account.hash().matches(password)) {
            verified.add(account, password);
            return accepted(credentials, account);
        }
        PasswordHash tried = account == null || password.length == 0 ? null : account.hash();
        Argon2.Cost memory = tried == null ? null : tried.memory();
        Argon2.Cost dearest = now.dearestMemory();
        spender.spend(
                password,
                now.dearestIterations() - (tried == null ? 0 : tried.iterations()),
                dearest == null ? null : dearest.without(memory == null ? 0 : memory.work()));
        lockout.failed(user, credentials.address());
        return WRONG;
    }

    private AuthenticationStep accepted(Credentials credentials, Account account) {
        lockout.succeeded(account.user(), credentials.address());
        return new AuthenticationStep.Accepted(account.user(), null, account.hash());
    }
}
