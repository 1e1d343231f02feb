// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TidyTest {
    private static final String HEAD = "// SPDX-License-Identifier: Apache-2.0\n";
    private static final String INFO = HEAD + "/** For a test. */\n@NullMarked\npackage p;\n";
    private static final String MAIN = "server/src/main/java/p/";

    @TempDir
    Path empty;

    @Test
    @DisplayName("the repository keeps its own rules on text")
    void repository_always_tidy() throws IOException {
        Path root = root();
        assertThat(root.resolve("pom.xml")).exists();
        assertThat(Tidy.check(root, statements())).isEmpty();
    }

    @Test
    @DisplayName("the lists hold all numbered statements of both standards")
    void statements_always_complete() {
        assertThat(read("mqtt311-statements.txt")).hasSize(141);
        assertThat(read("mqtt5-statements.txt")).hasSize(251);
    }

    static Stream<Arguments> offences() {
        String longMethod = HEAD + "class A {\n  void m() {\n" + "    m();\n".repeat(69) + "  }\n}\n";
        return Stream.of(
                Arguments.of("notes.txt", "", "notes.txt does not belong into the top folder"),
                Arguments.of(MAIN + "A.java", "class A {}", "1 does not start with the SPDX line"),
                Arguments.of(MAIN + "A.java", HEAD + "\n".repeat(600), "has 601 lines of at most 600"),
                Arguments.of(MAIN + "A.java", longMethod, "3 m has 71 lines of at most 70"),
                Arguments.of(MAIN + "AManager.java", HEAD, "is named after nothing that it is"),
                Arguments.of(MAIN + "A.java", HEAD + "// TO" + "DO later", "2 holds 'TO" + "DO'"),
                Arguments.of("docs/a.md", "FIX" + "ME", "1 holds 'FIX" + "ME'"),
                Arguments.of("docs/a.md", "X" + "XX", "1 holds 'X" + "XX'"),
                Arguments.of(MAIN + "A.java", HEAD + "System." + "out.println()", "2 holds 'System." + "out'"),
                Arguments.of(MAIN + "A.java", HEAD + "System." + "err.println()", "2 holds 'System." + "err'"),
                Arguments.of(MAIN + "A.java", HEAD + "Thread." + "sleep(1)", "2 holds 'Thread." + "sleep'"),
                Arguments.of(MAIN + "A.java", HEAD + "@Dis" + "abled", "2 holds '@Dis" + "abled'"),
                Arguments.of(MAIN + "A.java", HEAD + "e.printStack" + "Trace()", "2 holds 'printStack"),
                Arguments.of(MAIN + "A.java", HEAD + "new Unsupported" + "OperationException()", "2 holds 'new Unsu"),
                Arguments.of(MAIN + "A.java", HEAD + " * @aut" + "hor me", "2 holds '@aut"),
                Arguments.of(MAIN + "A.java", HEAD + "import org.rocksdb.RocksDB;", "2 holds 'import org.rocksdb.'"),
                Arguments.of("docs/a.md", "https://repo1.mav" + "en.org/x", "1 holds 'repo1.mav"),
                Arguments.of("docs/a.md", "https://registry.npm" + "js.org/x", "1 holds 'registry.npm"),
                Arguments.of("docs/a.md", "ghcr" + ".io/x", "1 holds 'ghcr"),
                Arguments.of("docs/a.md", "see /wo" + "rk/x", "1 holds '/wo"),
                Arguments.of(MAIN + "A.java", HEAD + "// [MQ" + "TT-9.9.9-1]", "which no standard holds"),
                Arguments.of(MAIN + "A.java", HEAD + "// [MQ" + "TT-4.2-1]", "which no standard holds"),
                Arguments.of("server/src/main/proto/a.proto", "syntax", "1 does not start with the SPDX line"),
                Arguments.of("server/src/test/java/q/A.java", HEAD, "server/src/test/java/q/ has no package-info"),
                Arguments.of(MAIN + "package-info.java", HEAD + "/** Doc. */\npackage p;", "is not @NullMarked"),
                Arguments.of(MAIN + "package-info.java", HEAD + "@NullMarked\npackage p;", "does not say what"));
    }

    @ParameterizedTest(name = "{2}")
    @MethodSource("offences")
    @DisplayName("each rule finds what it is there to find, and nothing else beside it")
    void check_planted_found(String file, String content, String finding) throws IOException {
        plant(MAIN + "package-info.java", INFO);
        plant(file, content);
        assertThat(Tidy.check(empty, statements())).singleElement().asString().contains(finding);
    }

    @Test
    @DisplayName("what is right stays unreported: known tags, 600 lines, 70 lines, ignored and built files")
    void check_allowed_silent() throws IOException {
        plant(".gitignore", "target/\n/data/\n*.log\n");
        plant("data/a.md", "FIX" + "ME");
        plant("server/target/a.md", "FIX" + "ME");
        plant(MAIN + "package-info.java", INFO);
        plant(MAIN + "A.java", HEAD + "// [MQ" + "TT-4.3.3-2], [MQ" + "TT5-4.2-1]\n" + "\n".repeat(598));
        plant(MAIN + "B.java", HEAD + "class B {\n  void m() {\n" + "    m();\n".repeat(68) + "  }\n}\n");
        plant("server/src/test/java/p/ATest.java", HEAD);
        assertThat(Tidy.check(empty, statements())).isEmpty();
    }

    /** Given by the build; a test run from an editor starts in the module's folder. */
    private static Path root() {
        String given = System.getProperty("holdfast.root");
        return given == null ? Path.of("..").toAbsolutePath().normalize() : Path.of(given);
    }

    private void plant(String name, String content) throws IOException {
        Path file = empty.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private static Set<String> statements() {
        // the same number means something else in each standard, so those of MQTT 5 have a prefix of their own
        Set<String> all = read("mqtt311-statements.txt");
        read("mqtt5-statements.txt").forEach(name -> all.add(name.replace("MQTT-", "MQTT5-")));
        return all;
    }

    private static Set<String> read(String resource) {
        try (InputStream in = TidyTest.class.getResourceAsStream("/" + resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
