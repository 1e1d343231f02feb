// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.conformance;

import static org.assertj.core.api.Assertions.assertThat;

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
    @DisplayName("docs/conformance.md can be written from the sources")
    void page_always_fresh() throws IOException {
        Path file = root().resolve("docs/conformance.md");
        String text = ConformancePage.of(new Evidence(new SourceTree(root()))).text();
        if (System.getProperty(WRITE_PROPERTY) != null) {
            Files.writeString(file, text);
        }
        assertThat(text).startsWith("# Conformance");
    }

    @Test
    @DisplayName("tags count in product code, and in tests where a report shows them")
    void evidence_planted_found() throws IOException {
        plant("server/src/main/java/p/A.java", "// obeys [MQ" + "TT-4.3.3-2]");
        plant(
                "server/src/test/java/p/ATest.java",
                "    // not here: [MQ" + "TT-4.3.3-1]",
                "    @Test",
                "    @DisplayName(\"[MQ" + "TT-4.3.3-2] once\")",
                "    void once_again_once() {}",
                "    Object row = of(\"[MQ" + "TT5-4.3.3-10] twice\");");
        Evidence evidence = new Evidence(new SourceTree(planted));
        assertThat(evidence.code("MQTT-4.3.3-2")).containsExactly("p.A");
        assertThat(evidence.tests("MQTT-4.3.3-2")).containsExactly("ATest.once_again_once");
        assertThat(evidence.tests("MQTT5-4.3.3-10")).containsExactly("ATest");
        assertThat(evidence.tests("MQTT-4.3.3-1")).isEmpty();
        ConformancePage page = new ConformancePage(
                evidence,
                List.of("MQTT-7.0.0-1\tno bridge", "MQTT-4.3.3-2\tnot so"),
                List.of("MQTT-1.5.3-1", "MQTT-9"));
        assertThat(page.findings())
                .contains("MQTT-1.5.3-2 has no test", "MQTT5-4.3.3-10 has no code", "MQTT-7.0.0-1 has no test")
                .contains("MQTT-9 is no statement, yet open.txt has it")
                .contains("MQTT-4.3.3-2 has code: take it out of without-code.tsv")
                .doesNotContain("MQTT-4.3.3-2 has no test", "MQTT-1.5.3-1 has no test");
    }

    private void plant(String name, String... lines) throws IOException {
        Path file = planted.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, List.of(lines));
    }
}
