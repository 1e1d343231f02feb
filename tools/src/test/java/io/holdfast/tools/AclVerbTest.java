// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AclVerbTest {
    @TempDir
    private Path folder;

    private Path rules;
    private String out = "";
    private String err = "";

    @BeforeEach
    void write() throws IOException {
        rules = folder.resolve("rules");
        Files.writeString(rules, """
                # who may do what
                deny user eve all #
                allow group ops all #
                allow user * publish,subscribe d/%c/# qos<=1
                """);
    }

    private int test(String... arguments) {
        List<String> all = new ArrayList<>(List.of("acl", "test"));
        all.addAll(List.of(arguments));
        StringWriter written = new StringWriter();
        StringWriter said = new StringWriter();
        int code = HoldfastCommand.commandLine("acl")
                .setOut(new PrintWriter(written))
                .setErr(new PrintWriter(said))
                .execute(all.toArray(new String[0]));
        out = written.toString().strip();
        err = said.toString();
        return code;
    }

    @Test
    @DisplayName("T30 the answer says allowed or denied, and by which line of which file; the exit code says it too")
    void test_decision_explained() {
        String file = rules.toString();
        assertThat(test("eve", "publish", "a", "--file", file)).isEqualTo(1);
        assertThat(out).isEqualTo("denied by " + file + ":2: deny user eve all #");
        assertThat(test("ada", "publish", "a", "--file", file)).isEqualTo(1);
        assertThat(out).isEqualTo("denied by " + file + ": no rule fits");
        assertThat(test("ada", "subscribe", "a/#", "--group", "ops,x", "--file", file))
                .isZero();
        assertThat(out).isEqualTo("allowed by " + file + ":3: allow group ops all #");
        assertThat(test("ada", "subscribe", "d/c1/x", "--client", "c1", "--set", "access.rules-file=" + file))
                .isZero();
        assertThat(out).startsWith("allowed up to QoS 1 by " + file + ":4: ");
        assertThat(test("ada", "publish", "d/ada", "--qos", "2", "--file", file))
                .isEqualTo(1);
        assertThat(test("-", "publish", "d/c1/x", "--client", "c1", "--file", file))
                .isEqualTo(1);
    }

    @Test
    @DisplayName("T30 groups come from the password file of the configuration")
    void test_groupsOfFile_known() throws IOException {
        Path passwords = folder.resolve("passwords");
        String hash = "$sha256$AAAA$" + "A".repeat(43);
        Files.writeString(passwords, "ada:" + hash + ":ops\nbob:" + hash + "\n");
        Path config = folder.resolve("broker.conf");
        Files.writeString(config, "access { rules-file = \"" + rules + "\", password-file = \"" + passwords + "\" }\n");
        assertThat(test("ada", "publish", "a", "--config", config.toString())).isZero();
        assertThat(test("bob", "publish", "a", "--config", config.toString())).isEqualTo(1);
    }

    @Test
    @DisplayName("T33 rules that cannot be read, and what is no topic, are wrong usage")
    void test_unusable_usage() throws IOException {
        String file = rules.toString();
        assertThat(test("ada", "publish", "a/#", "--file", file)).isEqualTo(2);
        assertThat(err).contains("'a/#' is no topic name");
        assertThat(test("ada", "publish", "a")).isEqualTo(2);
        assertThat(err).contains("which rules?");
        Files.writeString(rules, "allow ada\n");
        assertThat(test("ada", "publish", "a", "--file", file)).isEqualTo(2);
        assertThat(err).contains("rules:1: ");
    }
}
