// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserVerbTest {
    @TempDir
    private Path folder;

    private Path file;
    private InputStream before;
    private String out = "";
    private String err = "";

    @BeforeEach
    void keep() {
        file = folder.resolve("passwords");
        before = System.in;
    }

    @AfterEach
    void restore() {
        System.setIn(before);
    }

    private int user(String input, String... arguments) {
        System.setIn(new ByteArrayInputStream(input.getBytes(UTF_8)));
        StringWriter written = new StringWriter();
        StringWriter said = new StringWriter();
        int code = HoldfastCommand.commandLine("user")
                .setOut(new PrintWriter(written))
                .setErr(new PrintWriter(said))
                .execute(arguments);
        out = written.toString();
        err = said.toString();
        return code;
    }

    @Test
    @DisplayName("T33 accounts are added, listed, changed and removed; the file is for its owner alone")
    void user_allVerbs_done() throws IOException {
        String name = file.toString();
        assertThat(user("love\n", "user", "add", "ada", "--file", name, "--group", "ops,night", "--iterations", "1000"))
                .isZero();
        assertThat(out).isEmpty();
        assertThat(user("", "user", "add", "m1", "--file", name, "--machine")).isZero();
        assertThat(out).matches("[A-Za-z0-9_-]{22}\\R");
        assertThat(user("", "user", "list", "--set", "access.password-file=" + name))
                .isZero();
        assertThat(out.lines()).containsExactly("ada\tpbkdf2-sha512\tops,night", "m1\tsha256\t");
        String first = Files.readAllLines(file).get(0);
        assertThat(user("more\n", "user", "passwd", "ada", "--stdin", "--file", name, "--iterations", "1000"))
                .isZero();
        assertThat(Files.readAllLines(file).get(0))
                .startsWith("ada:$pbkdf2-sha512$i=1000$")
                .endsWith(":ops,night")
                .isNotEqualTo(first);
        assertThat(user("x\n", "user", "add", "sam", "--scram", "--file", name, "--iterations", "4096"))
                .isZero();
        assertThat(Files.readAllLines(file).get(2)).startsWith("sam:$scram-sha-256$i=4096$");
        assertThat(user("x\n", "user", "passwd", "sam", "--algorithm", "argon2id", "--file", name))
                .isZero();
        assertThat(Files.readAllLines(file).get(2)).startsWith("sam:$argon2id$v=19$m=19456,t=2,p=1$");
        assertThat(user("", "user", "remove", "sam", "--file", name)).isZero();
        assertThat(user("", "user", "remove", "m1", "--file", name)).isZero();
        assertThat(Files.readAllLines(file)).hasSize(1);
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    @DisplayName("T25 machines are added by the thousand, all or none, each with a secret of its own")
    void user_manyMachines_allOrNone() throws IOException {
        String name = file.toString();
        List<String> call = new ArrayList<>(List.of("user", "add", "--machine", "--group", "fleet", "--file", name));
        for (int i = 0; i < 2_000; i++) {
            call.add("m" + i);
        }
        assertThat(user("", call.toArray(String[]::new))).isZero();
        List<String> lines = out.lines().toList();
        assertThat(lines).hasSize(2_000).doesNotHaveDuplicates();
        assertThat(lines.get(7)).matches("m7:[A-Za-z0-9_-]{22}");
        assertThat(Files.readAllLines(file)).hasSize(2_000).allMatch(line -> line.endsWith(":fleet"));
        for (String wrong : List.of("m7", "n1", "n:2")) { // One that is there, one twice, one that cannot be.
            assertThat(user("", "user", "add", "--machine", "n0", "n1", wrong, "--file", name))
                    .isEqualTo(1);
            assertThat(err).contains("'" + wrong + "'");
        }
        assertThat(user("x\n", "user", "add", "n0", "n1", "--file", name)).isEqualTo(1);
        assertThat(Files.readAllLines(file)).hasSize(2_000);
    }

    @Test
    @DisplayName("T33 what cannot be done is said in one sentence, and the file stays as it was")
    void user_impossible_unchanged() throws IOException {
        String name = file.toString();
        assertThat(user("", "user", "add", "m1", "--file", name, "--machine")).isZero();
        String content = Files.readString(file);
        assertThat(user("", "user", "add", "m1", "--file", name, "--machine")).isEqualTo(1);
        assertThat(err).contains("there is an account 'm1' already");
        assertThat(user("x\n", "user", "passwd", "m1", "--file", name, "--scram", "--algorithm", "argon2id"))
                .isEqualTo(1);
        assertThat(err).contains("two algorithms");
        assertThat(user(
                        "x\n",
                        "user",
                        "passwd",
                        "m1",
                        "--file",
                        name,
                        "--algorithm",
                        "argon2id",
                        "--iterations",
                        "5000"))
                .isEqualTo(1);
        assertThat(err).contains("not argon2id");
        assertThat(user("x\n", "user", "passwd", "m1", "--file", name, "--algorithm", "md5"))
                .isEqualTo(2);
        assertThat(user("\n", "user", "passwd", "m1", "--file", name)).isEqualTo(1);
        assertThat(err).contains("at least one character");
        assertThat(user("x\n", "user", "passwd", "m1", "--file", name, "--iterations", "10"))
                .isEqualTo(1);
        assertThat(err).contains("--iterations has to be 1000 to");
        assertThat(user("", "user", "remove", "eve", "--file", name)).isEqualTo(1);
        assertThat(err).contains("there is no account 'eve'");
        assertThat(user("x\n", "user", "add", "a:b", "--file", name)).isEqualTo(1);
        assertThat(err).contains("holds no ':'");
        assertThat(user("", "user", "list")).isEqualTo(1);
        assertThat(err).contains("which password file?");
        assertThat(user("", "user")).isEqualTo(2);
        assertThat(Files.readString(file)).isEqualTo(content);
        Files.writeString(file, "broken\n");
        assertThat(user("", "user", "add", "m2", "--file", name, "--machine")).isEqualTo(1);
        assertThat(err).contains("passwords:1: a line has the form user:hash");
        assertThat(file).hasContent("broken");
    }
}
