// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class HoldfastCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    @DisplayName("--version prints the name and the version the build filled in")
    void execute_version_printsBuiltVersion() {
        assertThat(execute("--version")).isEqualTo(0);
        assertThat(out.toString()).matches("holdfast [0-9]+\\.[0-9]+\\.[0-9]+\\S*\\s*");
    }

    @Test
    @DisplayName("--help lists the verbs and ends well")
    void execute_help_listsVerbs() {
        assertThat(execute("--help")).isEqualTo(0);
        assertThat(out.toString()).contains("Usage: holdfast").contains("help");
    }

    @Test
    @DisplayName("no verb and an unknown verb are wrong usage: exit code 2, said on the error stream")
    void execute_wrongUsage_exitsWithTwo() {
        assertThat(execute()).isEqualTo(2);
        assertThat(execute("no-such-verb")).isEqualTo(2);
        assertThat(err.toString()).contains("Missing a verb").contains("no-such-verb");
        assertThat(out.toString()).isEmpty();
    }

    private int execute(String... arguments) {
        CommandLine line = HoldfastCommand.commandLine();
        return line.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
