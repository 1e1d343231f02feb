// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.account;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.server.access.AccessFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PasswordFileTest {
    private static final String HASH = PasswordHash.sha256("0123456789abcdefghijkl".getBytes(UTF_8), new byte[16])
            .text();

    @TempDir
    private Path folder;

    private Path file(String... lines) throws IOException {
        Path file = folder.resolve("passwords");
        Files.writeString(file, String.join("\n", lines).replace("HASH", HASH));
        return file;
    }

    @Test
    @DisplayName("T33 accounts, groups, comments and empty lines are read")
    void read_accounts_understood() throws IOException {
        PasswordFile read = PasswordFile.read(file("# people", "", "ada:HASH", "böb smith:HASH:ops,night", "  "));
        assertThat(read.entries())
                .containsExactly(
                        new PasswordFile.Entry("ada", "sha256", Set.of()),
                        new PasswordFile.Entry("böb smith", "sha256", Set.of("ops", "night")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ada|passwords:2: a line has the form user:hash",
                "ada:HASH:a:b|passwords:2: a line has the form",
                "ada:|passwords:2: a hash of a password begins with $",
                "ada:secret|passwords:2: a hash of a password begins with $",
                "ada:$5$x$y|passwords:2: passwords are not hashed by '5' here",
                ":HASH|passwords:2: a user name has 1 to 65,535 bytes",
                "ada :HASH|passwords:2: a user name holds no",
                "ada:HASH:|passwords:2: '' is no name of a group",
                "ada:HASH:a b|passwords:2: 'a b' is no name of a group",
                "eve:HASH|passwords:2: there is a second account 'eve'"
            })
    @DisplayName("T33 a line that is wrong is an error with its place, and so the whole file is")
    void read_wrongLine_placed(String line, String message) throws IOException {
        Path file = file("eve:HASH", line);
        assertThatThrownBy(() -> PasswordFile.read(file))
                .isInstanceOf(AccessFileException.class)
                .hasMessageContaining(message);
    }

    @Test
    @DisplayName("T33 a file without accounts, a missing one and one that everybody may write to are errors")
    void read_unusable_error() throws IOException {
        Path empty = file("# nobody yet", "");
        assertThatThrownBy(() -> PasswordFile.read(empty)).hasMessageContaining("holds no account");
        assertThatThrownBy(() -> PasswordFile.read(folder.resolve("none"))).hasMessageContaining("no such file");
        Path open = file("ada:HASH");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--rw-"));
        assertThatThrownBy(() -> PasswordFile.read(open)).hasMessageContaining("may write to it");
        Files.write(open, new byte[] {'a', (byte) 0xC3, ':', 'x'});
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> PasswordFile.read(open)).hasMessageContaining("not UTF-8");
    }

    @Test
    @DisplayName("T33 an edit keeps comments and order, is for the owner alone, and leaves no other file behind")
    void edit_changes_restKept() throws IOException {
        Path file = file("# people", "ada:HASH:ops", "# machines", "bob:HASH");
        AccountEditor editor = new AccountEditor(file);
        editor.put("ada", "new".getBytes(UTF_8), editor.groups("ada"), 1_000);
        String secret = editor.putMachine("m1", Set.of("machines"));
        editor.remove("bob");
        assertThat(Files.readAllLines(file))
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("# people"),
                        line -> assertThat(line)
                                .startsWith("ada:$pbkdf2-sha512$i=1000$")
                                .endsWith(":ops"),
                        line -> assertThat(line).isEqualTo("# machines"),
                        line -> assertThat(line).startsWith("m1:$sha256$").endsWith(":machines"));
        assertThat(secret).hasSize(22);
        Account machine = PasswordFile.read(file).accounts().get("m1");
        assertThat(machine.hash().matches(secret.getBytes(UTF_8))).isTrue();
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        try (Stream<Path> all = Files.list(folder)) {
            assertThat(all).containsExactly(file);
        }
    }

    @Test
    @DisplayName("T33 an edit by root leaves the file to the user of the broker, who has to read it")
    void edit_byRoot_ownerStays() throws IOException {
        Path file = file("ada:HASH");
        Assumptions.assumeTrue(Files.getOwner(file).getName().equals("root"), "SKIPPED for want of root's rights");
        UserPrincipal broker =
                file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
        Files.setOwner(file, broker);
        new AccountEditor(file).putMachine("m1", Set.of());
        assertThat(Files.getOwner(file)).isEqualTo(broker);
    }

    @Test
    @DisplayName("T33 the first account makes the file; a symbolic link stays one")
    void edit_missingOrLinked_made() throws IOException {
        Path real = folder.resolve("real");
        new AccountEditor(real).putMachine("m1", Set.of());
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        new AccountEditor(link).putMachine("m2", Set.of());
        assertThat(link).isSymbolicLink();
        assertThat(PasswordFile.read(real).entries())
                .extracting(PasswordFile.Entry::user)
                .containsExactly("m1", "m2");
    }
}
