// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.RequiresTool;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionVerbTest {
    @TempDir
    Path folder;

    private static String script(String shell) {
        StringWriter out = new StringWriter();
        assertThat(HoldfastCommand.commandLine("completion")
                        .setOut(new PrintWriter(out, true))
                        .execute("completion", shell))
                .isZero();
        return out.toString();
    }

    @Test
    @RequiresTool("bash")
    @DisplayName("bash completes verbs and options by the script")
    void completion_bash_completes() throws Exception {
        Path script = Files.writeString(folder.resolve("completion"), script("bash"));
        String commands = "source " + script
                + "; COMP_WORDS=(holdfast do); COMP_CWORD=1; _complete_holdfast; echo \"${COMPREPLY[@]}\""
                + "; COMP_WORDS=(holdfast sub --retained-o); COMP_CWORD=2; _complete_holdfast; echo \"${COMPREPLY[@]}\"";
        Process bash = new ProcessBuilder("bash", "-c", commands)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String completed = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(completed.lines().map(String::strip)).containsExactly("doctor", "--retained-only");
    }

    @Test
    @DisplayName("zsh gets the same script, which tells the shells apart; another shell is wrong usage")
    void completion_otherShells_toldApart() {
        assertThat(script("zsh")).contains("ZSH_VERSION");
        assertThat(HoldfastCommand.commandLine("completion")
                        .setErr(new PrintWriter(new StringWriter()))
                        .execute("completion", "fish"))
                .isEqualTo(2);
    }
}
