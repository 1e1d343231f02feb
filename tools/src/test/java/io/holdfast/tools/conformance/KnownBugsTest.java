// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.tidy.SourceTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownBugsTest {
    private static final int CLASSES = 35;

    @TempDir
    Path planted;

    private static Path root() {
        return Path.of(System.getProperty("holdfast.root", ".."));
    }

    private static List<String> page() throws IOException {
        return Files.readAllLines(root().resolve("docs/known-bugs.md"));
    }

    @Test
    @DisplayName(
            "docs/known-bugs.md has all classes, each with tests that exist and carry its id, or why it cannot occur")
    void page_always_true() throws IOException {
        KnownBugs bugs = new KnownBugs(page());
        assertThat(bugs.ids())
                .containsExactlyElementsOf(IntStream.rangeClosed(1, CLASSES)
                        .mapToObj(i -> String.format("K%02d", i))
                        .toList());
        assertThat(bugs.findings(new TestNames(new SourceTree(root())))).isEmpty();
    }

    @Test
    @DisplayName("a test that does not exist, lacks the id or is not in the row, and a row without any, are reported")
    void findings_planted_eachReported() throws IOException {
        Path file = planted.resolve("server/src/test/java/p/ATest.java");
        Files.createDirectories(file.getParent());
        Files.write(
                file,
                List.of(
                        "class ATest {",
                        "    @DisplayName(\"K91 held\")",
                        "    void held_always_so() {}",
                        "    @DisplayName(\"K92 K91 twice\")",
                        "    void held_twice_so() {}",
                        "    @DisplayName(",
                        "            \"something\" + \" else\")",
                        "    void other_always_so() {}",
                        "}"));
        KnownBugs bugs = new KnownBugs(List.of(
                "# Known bugs",
                "| id | class | here | held by |",
                "|---|---|---|---|",
                "| K91 | a | b | `ATest#held_always_so` |",
                "| K92 | a | b | `ATest#held_twice_so`, `ATest#missing`, `BTest#none`, `ATest#other_always_so` |",
                "| K93 | a | b | later |",
                "| K94 | a | b | cannot occur: there is none |"));
        assertThat(bugs.findings(new TestNames(new SourceTree(planted))))
                .containsExactly(
                        "K92: there is no test ATest#missing",
                        "K92: there is no test BTest#none",
                        "K92: the display name of ATest#other_always_so does not begin with ids among which is K92",
                        "K93 names no test and does not say why it cannot occur",
                        "K91: ATest#held_twice_so carries the id, and the page does not name it");
    }
}
