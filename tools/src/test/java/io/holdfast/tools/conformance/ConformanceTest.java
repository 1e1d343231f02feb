// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.tools.conformance.Statement.Standard;
import io.holdfast.tools.tidy.SourceTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformanceTest {
    private static final String WRITE_PROPERTY = "conformance.write";

    /** Short enough to be typed, and all of it is in the message of the test that wants it. */
    private static final String WRITE_COMMAND = "mvn test -pl tools -am -Dtest=ConformanceTest -Dconformance.write";

    @TempDir
    Path planted;

    /** Given by the build; a test run from an editor starts in the module's folder. */
    private static Path root() {
        return Path.of(System.getProperty("holdfast.root", ".."));
    }

    @Test
    @DisplayName("each statement that binds a server is in the lists")
    void lists_always_complete() throws IOException {
        assertThat(Statement.read(Standard.MQTT_3_1_1)).hasSize(129).doesNotHaveDuplicates();
        assertThat(Statement.read(Standard.MQTT_5)).hasSize(231).doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("each statement has a test, and code or a reason why it needs none")
    void statements_always_held() throws IOException {
        ConformancePage page = ConformancePage.of(new Evidence(new SourceTree(root())));
        assertThat(page.findings()).isEmpty();
    }

    @Test
    @DisplayName("docs/conformance.md says what the sources say")
    void page_always_fresh() throws IOException {
        Path file = root().resolve("docs/conformance.md");
        String text = ConformancePage.of(new Evidence(new SourceTree(root()))).text(WRITE_COMMAND);
        if (System.getProperty(WRITE_PROPERTY) != null) {
            Files.writeString(file, text);
        }
        List<String> wanted = text.lines().toList();
        List<String> there = Files.readAllLines(file);
        assertThat(wanted.stream().filter(line -> !there.contains(line)))
                .as("missing in docs/conformance.md, which is stale; this writes it: %s", WRITE_COMMAND)
                .isEmpty();
        assertThat(there.stream().filter(line -> !wanted.contains(line)))
                .as("too much in docs/conformance.md, which is stale; this writes it: %s", WRITE_COMMAND)
                .isEmpty();
        assertThat(there)
                .as("docs/conformance.md is in another order; this writes it: %s", WRITE_COMMAND)
                .isEqualTo(wanted);
    }

    @Test
    @DisplayName("tags count in product code, and in tests where a report shows them")
    void evidence_planted_found() throws IOException {
        plant("server/src/main/java/p/A.java", "// obeys [MQ" + "TT-4.3.3-2]");
        plant("benchmarks/src/main/java/p/B.java", "// measures [MQ" + "TT-4.3.3-2] [MQ" + "TT-4.3.3-1]");
        plant(
                "server/src/test/java/p/ATest.java",
                "    // not here: [MQ" + "TT-4.3.3-1]",
                "    @Test",
                "    @DisplayName(\"[MQ" + "TT-4.3.3-2] once\")",
                "    void once_again_once() {}",
                "    Object row = of(\"[MQ" + "TT5-4.3.3-10] twice\");");
        Evidence evidence = new Evidence(new SourceTree(planted));
        assertThat(evidence.code("MQTT-4.3.3-2")).containsExactly("p.A");
        assertThat(evidence.code("MQTT-4.3.3-1")).isEmpty();
        assertThat(evidence.tests("MQTT-4.3.3-2")).containsExactly("ATest.once_again_once");
        assertThat(evidence.tests("MQTT5-4.3.3-10")).containsExactly("ATest");
        assertThat(evidence.tests("MQTT-4.3.3-1")).isEmpty();
    }

    @Test
    @DisplayName("a statement without code or test is reported, and a list that says what is not so")
    void findings_plantedSources_eachReported() throws IOException {
        plant("server/src/main/java/p/A.java", tags("MQTT-4.3.3-2", "MQTT-1.5.3-1", "MQTT-7.0.0-1"));
        plant("server/src/test/java/p/ATest.java", "String row = \"" + tags("MQTT-4.3.3-2", "MQTT5-4.3.3-10") + "\";");
        List<String> findings = new ConformancePage(
                        new Evidence(new SourceTree(planted)),
                        List.of("MQTT-4.3.3-2\tnot so", "MQTT5-4.3.3-10\tnothing to do"),
                        List.of("MQTT-6.0.0-1\tno WebSocket", "MQTT-7.0.0-1\tno bridge", "MQTT-9\tno such statement"),
                        List.of("MQTT-1.5.3-2\tlater", "MQTT-4.3.3-2\theld by now"))
                .findings();
        assertThat(findings)
                .contains("MQTT-1.5.3-1 has no test", "MQTT-1.5.3-3 has no code", "MQTT-1.5.3-3 has no test")
                .contains("MQTT-4.3.3-2 has code: take it out of without-code.tsv")
                .contains("MQTT-4.3.3-2 has code and a test: take it out of open.tsv")
                .contains("MQTT-7.0.0-1 has code or a test: take it out of not-offered.tsv")
                .contains("MQTT-9 is no statement, yet not-offered.tsv has it");
        assertThat(findings)
                .noneMatch(finding -> finding.startsWith("MQTT-6.0.0-1 "))
                .noneMatch(finding -> finding.startsWith("MQTT-1.5.3-2 "))
                .noneMatch(finding -> finding.startsWith("MQTT5-4.3.3-10 "));
    }

    @Test
    @DisplayName("a line of a list without a reason is refused")
    void lists_withoutReason_refused() throws IOException {
        Evidence none = new Evidence(new SourceTree(planted));
        for (String line : List.of("MQTT-4.3.3-2", "MQTT-4.3.3-2\t", "MQTT-4.3.3-2\t ")) {
            assertThatThrownBy(() -> new ConformancePage(none, List.of(line), List.of(), List.of()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new ConformancePage(none, List.of(), List.of(), List.of(line)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static String tags(String... tags) {
        return "[" + String.join("] [", tags) + "]";
    }

    private void plant(String name, String... lines) throws IOException {
        Path file = planted.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, List.of(lines));
    }
}
