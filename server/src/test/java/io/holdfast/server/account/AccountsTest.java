// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.account;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.access.AuthenticationStep;
import io.holdfast.server.access.Credentials;
import io.holdfast.server.access.PasswordCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccountsTest {
    private static final int DEAREST = 3_000;
    private static final byte[] WRONG = "wrong, and long enough for a secret".getBytes(UTF_8);

    @TempDir
    private Path folder;

    private Path file;
    private String secret = "";
    private long nanos;
    private final List<Integer> spent = new ArrayList<>();
    private final List<Argon2.Cost> spentMemory = new ArrayList<>();
    private Accounts accounts;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("passwords");
        AccountEditor editor = new AccountEditor(file);
        editor.put("ada", "love".getBytes(UTF_8), Set.of("ops"), DEAREST);
        editor.put("bob", "build".getBytes(UTF_8), Set.of(), 1_000);
        secret = editor.putMachine("m1", Set.of());
        accounts = open();
    }

    private Accounts open() throws AccessFileException {
        return new Accounts(file, 3, Duration.ofSeconds(10), () -> nanos, (password, iterations, cost) -> {
            spent.add(iterations);
            spentMemory.add(cost);
        });
    }

    private static Credentials credentials(String user, byte @Nullable [] password, String address) throws IOException {
        return new Credentials("c", user, password, InetAddress.getByName(address));
    }

    private @Nullable AuthenticationStep come(String user, String password) throws IOException {
        return come(credentials(user, password.getBytes(UTF_8), "192.0.2.1"));
    }

    private @Nullable AuthenticationStep come(Credentials credentials) {
        AuthenticationStep known = accounts.atOnce(credentials);
        return known == null ? accounts.judge(credentials) : known;
    }

    private static void assertAccepted(@Nullable AuthenticationStep step, String user) {
        assertThat(step).isInstanceOfSatisfying(AuthenticationStep.Accepted.class, accepted -> {
            assertThat(accepted.userName()).isEqualTo(user);
        });
    }

    @Test
    @DisplayName("K31 T34 whoever is refused gets one answer, after as many iterations as the dearest hash of the file")
    void judge_refused_sameAnswerSameWork() throws IOException {
        for (String user : List.of("nobody", "ada", "bob", "m1")) {
            assertThat(come(credentials(user, WRONG, "192.0.2.1"))).isSameAs(PasswordCheck.WRONG);
        }
        // What the account's own hash has cost already goes off: 3,000, 1,000 and nothing for a secret.
        assertThat(spent).containsExactly(DEAREST, 0, DEAREST - 1_000, DEAREST);
    }

    @Test
    @DisplayName(
            "T34 with Argon2id in the file every refusal costs the dearest of it too, less what the account has cost")
    void judge_argon2idInFile_sameWork() throws IOException {
        AccountEditor editor = new AccountEditor(file);
        editor.putArgon2id("zoe", "zoo".getBytes(UTF_8), Set.of());
        String cheap = PasswordHash.argon2id(
                        "yes".getBytes(UTF_8), "saltsaltsaltsalt".getBytes(UTF_8), new Argon2.Cost(1_024, 1, 1))
                .text();
        Files.writeString(file, "yan:" + cheap + "\n", StandardOpenOption.APPEND);
        accounts = open();
        for (String user : List.of("nobody", "ada", "zoe", "yan")) {
            assertThat(come(credentials(user, WRONG, "192.0.2.1"))).isSameAs(PasswordCheck.WRONG);
        }
        Argon2.Cost dearest = Argon2.Cost.DEFAULT;
        assertThat(spent).containsExactly(DEAREST, 0, DEAREST, DEAREST);
        assertThat(spentMemory.subList(0, 3)).containsExactly(dearest, dearest, null);
        assertThat(spentMemory.get(3).work()).isEqualTo(dearest.work() - 1_024);
        Credentials zoe = credentials("zoe", "zoo".getBytes(UTF_8), "192.0.2.2");
        assertThat(accounts.atOnce(zoe)).isNull(); // Not on the event loop.
        assertAccepted(accounts.judge(zoe), "zoe");
        assertAccepted(accounts.atOnce(zoe), "zoe");
    }

    @Test
    @DisplayName("K19 T34 the right user name without a password, or with an empty one, is refused like a wrong one")
    void judge_noPassword_refused() throws IOException {
        for (byte[] none : new byte[][] {null, new byte[0]}) {
            for (String user : List.of("nobody", "ada", "m1")) {
                assertThat(come(credentials(user, none, "192.0.2.1"))).isSameAs(PasswordCheck.WRONG);
            }
        }
        assertThat(spent).containsExactly(DEAREST, DEAREST, DEAREST, DEAREST, DEAREST, DEAREST);
    }

    @Test
    @DisplayName("T25 who was right before costs no hash any more, and a machine's secret never did")
    void atOnce_known_noHash() throws IOException {
        Credentials ada = credentials("ada", "love".getBytes(UTF_8), "192.0.2.1");
        assertThat(accounts.atOnce(ada)).isNull();
        assertAccepted(accounts.judge(ada), "ada");
        assertAccepted(accounts.atOnce(ada), "ada");
        assertThat(accounts.atOnce(credentials("ada", "lovE".getBytes(UTF_8), "192.0.2.1")))
                .isNull();
        assertThat(accounts.atOnce(credentials("bob", "love".getBytes(UTF_8), "192.0.2.1")))
                .isNull();
        assertAccepted(accounts.atOnce(credentials("m1", secret.getBytes(UTF_8), "192.0.2.1")), "m1");
    }

    @Test
    @DisplayName("T34 three wrong passwords lock a user out from there, not elsewhere; time and a right one open again")
    void judge_manyFailures_lockedThere() throws IOException {
        for (int i = 0; i < 3; i++) {
            assertThat(come("ada", "guess" + i)).isSameAs(PasswordCheck.WRONG);
        }
        assertThat(come("ada", "love")).isInstanceOfSatisfying(AuthenticationStep.Refused.class, locked -> {
            assertThat(locked.reason()).isEqualTo(ReasonCode.CONNECTION_RATE_EXCEEDED);
        });
        assertAccepted(come("bob", "build"), "bob");
        assertAccepted(come(credentials("ada", "love".getBytes(UTF_8), "192.0.2.2")), "ada");
        nanos += Duration.ofSeconds(10).toNanos(); // One failure is forgotten: one guess more.
        assertThat(come("ada", "guess")).isSameAs(PasswordCheck.WRONG);
        assertThat(come("ada", "love")).isInstanceOf(AuthenticationStep.Refused.class);
        nanos += Duration.ofSeconds(10).toNanos();
        assertAccepted(come("ada", "love"), "ada");
        for (int i = 0; i < 2; i++) {
            assertThat(come("ada", "guess")).isSameAs(PasswordCheck.WRONG); // All is forgotten.
        }
    }

    @Test
    @DisplayName("T34 a lock holds for a password that was right before, too")
    void judge_lockedKnownPassword_locked() throws IOException {
        assertAccepted(come("ada", "love"), "ada");
        for (int i = 0; i < 3; i++) {
            assertThat(come("ada", "guess" + i)).isSameAs(PasswordCheck.WRONG);
        }
        assertThat(come("ada", "love")).isSameAs(Accounts.LOCKED);
    }

    @Test
    @DisplayName("T34 of passwords that were right the longest unused is forgotten")
    void verified_many_bounded() {
        VerifiedPasswords verified = new VerifiedPasswords(2);
        Account ada = new Account("ada", PasswordHash.pbkdf2(WRONG, WRONG, 1), Set.of());
        for (String password : List.of("one", "two", "three")) {
            verified.add(ada, password.getBytes(UTF_8));
        }
        assertThat(verified.contains(ada, "one".getBytes(UTF_8))).isFalse();
        assertThat(verified.contains(ada, "two".getBytes(UTF_8))).isTrue();
        assertThat(verified.contains(ada, "three".getBytes(UTF_8))).isTrue();
    }

    @Test
    @DisplayName("T34 unknown users are locked out as known ones are; a machine's IPv6 addresses count as one")
    void judge_unknownUserIpv6_locked() throws IOException {
        for (int i = 0; i < 3; i++) {
            assertThat(come(credentials("nobody", WRONG, "2001:db8::" + i))).isSameAs(PasswordCheck.WRONG);
        }
        assertThat(come(credentials("nobody", WRONG, "2001:db8::9"))).isNotSameAs(PasswordCheck.WRONG);
        assertThat(come(credentials("nobody", WRONG, "2001:db8:0:1::9"))).isSameAs(PasswordCheck.WRONG);
    }

    @Test
    @DisplayName("T34 ever new names cost bounded memory")
    void lockout_manyNames_bounded() {
        Lockout lockout = new Lockout(3, 1_000, () -> 0);
        for (int i = 0; i < Lockout.ENTRIES_MAX + 1_000; i++) {
            lockout.failed("user" + i, null);
        }
        assertThat(lockout.size()).isEqualTo(Lockout.ENTRIES_MAX);
    }

    @Test
    @DisplayName("T32 a reload gives and takes accounts; a new password makes what was known of the old one void")
    void reload_changed_inForce() throws IOException {
        AuthenticationStep proven = come("ada", "love");
        Object proof = ((AuthenticationStep.Accepted) proven).proof();
        assertThat(accounts.stands("ada", proof)).isTrue();
        AccountEditor editor = new AccountEditor(file);
        editor.put("ada", "new".getBytes(UTF_8), Set.of("night"), 1_000);
        editor.remove("bob");
        accounts.reread().run();
        assertThat(come("ada", "love")).isSameAs(PasswordCheck.WRONG);
        assertAccepted(come("ada", "new"), "ada");
        assertThat(come("bob", "build")).isSameAs(PasswordCheck.WRONG);
        assertThat(accounts.groups("ada")).containsExactly("night");
        assertThat(accounts.stands("ada", proof)).isFalse();
        assertThat(accounts.stands("bob", proof)).isFalse();
    }

    @Test
    @DisplayName("T33 a reload that fails leaves everything in force")
    void reload_broken_oldKept() throws IOException {
        Files.writeString(file, "ada\n");
        assertThatThrownBy(accounts::reread).isInstanceOf(AccessFileException.class);
        assertAccepted(come("ada", "love"), "ada");
        Files.writeString(file, "");
        assertThatThrownBy(accounts::reread).isInstanceOf(AccessFileException.class);
        assertAccepted(come("bob", "build"), "bob");
        assertThat(come("bob", "")).isSameAs(PasswordCheck.WRONG);
    }
}
