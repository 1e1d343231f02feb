// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code run} refuses; a run that succeeds ends its process, so it is tested from outside. */
class RunVerbTest {
    @TempDir
    Path folder;

    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = new CommandLine(new RunVerb()).setErr(new PrintWriter(err));
        return line.execute(arguments);
    }

    private void assertOneSentence(String... parts) {
        assertThat(err.toString()).startsWith("holdfast: ").contains(parts);
        assertThat(err.toString().strip().lines()).hasSize(1);
    }

    @Test
    @DisplayName("an unknown setting is one sentence and exit code 2")
    void run_unknownSetting_usage() {
        assertThat(run("--data", folder.resolve("d").toString(), "--set", "store.durabilty=os"))
                .isEqualTo(RunVerb.EXIT_USAGE);
        assertOneSentence("store.durabilty", "did you mean 'store.durability'?");
    }

    @Test
    @DisplayName("a port that is no number is one sentence and exit code 2")
    void run_wrongPort_usage() {
        assertThat(run("--port", "mqtt")).isEqualTo(RunVerb.EXIT_USAGE);
        assertOneSentence("--port mqtt", "0 to 65535");
    }

    @Test
    @DisplayName("a folder with other things in it is one sentence and exit code 3")
    void run_foreignFolder_refused() throws IOException {
        Files.writeString(folder.resolve("thesis.txt"), "mine");
        assertThat(run("--data", folder.toString(), "--port", "0")).isEqualTo(RunVerb.EXIT_STORE_REFUSED);
        assertOneSentence(folder.toString());
        assertThat(folder.resolve("thesis.txt")).hasContent("mine");
    }

    @Test
    @DisplayName("a port in use is one sentence and exit code 5")
    void run_portInUse_address() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            String port = Integer.toString(taken.getLocalPort());
            assertThat(run("--data", folder.resolve("d").toString(), "--port", port))
                    .isEqualTo(RunVerb.EXIT_ADDRESS);
            assertOneSentence("127.0.0.1:" + port, "in use", "--port");
        }
    }

    @Test
    @DisplayName(
            "listening where other machines reach it is one sentence and exit code 2, unless --insecure-open is said")
    void run_openToStrangers_usage() throws IOException {
        String data = folder.resolve("d").toString();
        assertThat(run("--data", data, "--port", "0", "--bind", "0.0.0.0")).isEqualTo(RunVerb.EXIT_USAGE);
        assertOneSentence("listeners.tcp.bind is 0.0.0.0", "--insecure-open");
        assertThat(folder.resolve("d")).doesNotExist();
        try (ServerSocket taken = new ServerSocket(0)) {
            String port = Integer.toString(taken.getLocalPort());
            assertThat(run("--data", data, "--port", port, "--bind", "0.0.0.0", "--insecure-open"))
                    .as("goes on to the port, which is taken")
                    .isEqualTo(RunVerb.EXIT_ADDRESS);
        }
    }

    @Test
    @DisplayName("T33 a TLS listener without a good certificate is one sentence and exit code 2, and no store is made")
    void run_wrongCertificate_usage() throws IOException {
        String empty = Files.createFile(folder.resolve("empty.crt")).toString();
        List<String> line =
                new ArrayList<>(List.of("--data", folder.resolve("d").toString(), "--port", "0"));
        line.addAll(List.of("--set", "listeners.safe.type=tls", "--set", "listeners.safe.port=0"));
        assertThat(run(line.toArray(String[]::new))).isEqualTo(RunVerb.EXIT_USAGE);
        assertOneSentence("listeners.safe.tls.certificate is missing");
        line.addAll(List.of("--set", "listeners.safe.tls.certificate=" + empty));
        line.addAll(List.of("--set", "listeners.safe.tls.private-key=" + empty));
        err.getBuffer().setLength(0);
        assertThat(run(line.toArray(String[]::new))).isEqualTo(RunVerb.EXIT_USAGE);
        assertOneSentence("listeners.safe.tls.certificate (" + empty + ") is empty");
        assertThat(folder.resolve("d")).doesNotExist();
    }

    @Test
    @DisplayName("a port of another listener in use is one sentence that names its setting, and exit code 5")
    void run_portOfNamedListenerInUse_address() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            String port = "listeners.lan.port=" + taken.getLocalPort();
            String data = folder.resolve("d").toString();
            assertThat(run("--data", data, "--port", "0", "--set", "admin.port=0", "--set", port))
                    .isEqualTo(RunVerb.EXIT_ADDRESS);
            assertOneSentence("127.0.0.1:" + taken.getLocalPort(), "in use", "listeners.lan.port");
        }
    }

    @Test
    @DisplayName("an address that this machine does not have is one sentence and exit code 5")
    void run_foreignAddress_address() {
        assertThat(run("--data", folder.resolve("d").toString(), "--port", "0", "--bind", "no.such.invalid"))
                .isEqualTo(RunVerb.EXIT_ADDRESS);
        assertOneSentence("cannot listen on 'no.such.invalid'", "no such address");
    }

    @Test
    @DisplayName("--help lists every exit code of the manual")
    void help_always_listsExitCodes() {
        String help = new CommandLine(new RunVerb()).getUsageMessage();
        for (int code = 0; code <= RunVerb.EXIT_ADDRESS; code++) {
            assertThat(help).containsPattern("(?m)^ +" + code + " +\\w+");
        }
    }
}
