// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.config.ConfigVerb;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code holdfast config}. */
class ConfigVerbTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return new CommandLine(new ConfigVerb())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("broker.conf"), text).toString();
    }

    @Test
    @DisplayName("the sample is a good configuration, and it is that of a broker without any")
    void sample_asFile_isTheDefault() throws IOException {
        assertThat(run("sample")).isZero();
        String sample = file(out.toString());
        assertThat(run("check", "--config", sample)).isZero();
        out.getBuffer().setLength(0);
        assertThat(run("effective")).isZero();
        String defaults = out.toString().replaceAll("(?m)  # .*$", "");
        out.getBuffer().setLength(0);
        assertThat(run("effective", "--config", sample)).isZero();
        assertThat(out.toString().replaceAll("(?m)  # .*$", ""))
                .isEqualTo(defaults)
                .contains("shards = 0\n");
    }

    @Test
    @DisplayName("a setting is explained: meaning, default, range, variable, and when it changes")
    void explain_setting_saysAll() {
        assertThat(run("explain", "session.queue-bytes-max")).isZero();
        assertThat(out.toString())
                .contains("Bytes of messages that wait for one session", "256 MiB", "HOLDFAST_SESSION__QUEUE_BYTES_MAX")
                .contains("while the broker runs");
        assertThat(run("explain", "listeners.lan.port")).isZero();
        assertThat(out.toString()).contains("none: it must be set", "at the next start");
        assertThat(run("explain", "sesion.queue-bytes-max")).isEqualTo(2);
        assertThat(err.toString()).contains("did you mean 'session.queue-bytes-max'?");
    }

    @Test
    @DisplayName("the effective settings tell who has set them: file with line, or option")
    void effective_changed_tellsOrigins() throws IOException {
        String conf = file("\nshards = 3\n");
        assertThat(run("effective", "--changed", "--config", conf, "--port", "0", "--set", "log-level=warn"))
                .isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "listeners.tcp.port = 0  # --port 0",
                        "log-level = warn  # --set log-level=warn",
                        "shards = 3  # " + conf + ": 2");
        assertThat(run("effective", "--set", "shards=many")).isEqualTo(2);
    }

    @Test
    @DisplayName("T33 check looks into the files that settings name")
    void check_missingCertificate_refused() throws IOException {
        String conf =
                file("listeners.s { type = tls, port = 8883, tls { certificate = nowhere.crt, private-key = a } }");
        assertThat(run("check", "--config", conf)).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("holdfast: listeners.s.tls.certificate (nowhere.crt) does not exist\n");
        assertThat(run("check", "--config", folder.resolve("none").toString())).isEqualTo(2);
    }
}
