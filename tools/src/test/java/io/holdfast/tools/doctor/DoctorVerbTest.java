// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.tools.doctor.Diagnosis.Level;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DoctorVerbTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();

    private int doctor(String... words) {
        List<String> all = new ArrayList<>(List.of("--set", "admin.enabled=false"));
        all.addAll(List.of(words));
        return new CommandLine(new DoctorVerb())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(out, true))
                .execute(all.toArray(String[]::new));
    }

    @Test
    @DisplayName("a folder and a port that are free: every check has its line, nothing is left behind")
    void doctor_freshFolder_looksAtEverything() throws Exception {
        int code = doctor("--data", folder.toString(), "--set", "listeners.tcp.port=0");
        assertThat(code).as(out.toString()).isZero();
        assertThat(out.toString()
                        .lines()
                        .map(line ->
                                line.substring(0, Math.min(15, line.length())).strip()))
                .anyMatch(line -> line.endsWith("java"))
                .anyMatch(line -> line.endsWith("files"))
                .anyMatch(line -> line.endsWith("hugepages"))
                .anyMatch(line -> line.endsWith("clock"))
                .anyMatch(line -> line.endsWith("disk"))
                .anyMatch(line -> line.endsWith("sync"))
                .anyMatch(line -> line.endsWith("store"))
                .anyMatch(line -> line.endsWith("port"));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    @DisplayName("a port that is taken fails, names the process, and makes the exit code 1; --json says the same")
    void doctor_portTaken_failsAndNamesProcess() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThat(doctor("--data", folder.toString(), "--set", "listeners.tcp.port=" + port, "--json"))
                    .isEqualTo(1);
            assertThat(out.toString().lines().filter(line -> line.contains("\"port\"")))
                    .singleElement()
                    .asString()
                    .startsWith("{\"check\":\"port\",\"level\":\"fail\"")
                    .contains("taken by pid " + ProcessHandle.current().pid() + ", java");
        }
    }

    @Test
    @DisplayName("a store with a broker at work is looked at; a folder that holds something else fails")
    void doctor_stores_told() throws Exception {
        Path data = folder.resolve("data");
        try (RunningBroker broker = RunningBroker.start(data)) {
            assertThat(broker.port()).isPositive();
            assertThat(doctor("--data", data.toString(), "--set", "listeners.tcp.port=0"))
                    .isZero();
            assertThat(out.toString()).contains("opens, at change");
        }
        Path foreign = Files.createDirectories(folder.resolve("foreign"));
        Files.writeString(foreign.resolve("letters"), "mine");
        assertThat(doctor("--data", foreign.toString(), "--set", "listeners.tcp.port=0"))
                .isEqualTo(1);
        assertThat(out.toString()).contains("fail  store");
        assertThat(doctor("--set", "no.such.key=1")).isEqualTo(2);
    }

    @Test
    @DisplayName("judgements: open files, disks, syncs, clocks and huge pages")
    void checks_values_judged() throws Exception {
        Path limits = Files.writeString(folder.resolve("limits"), "Max open files            1024   4096   files\n");
        assertThat(OpenFilesCheck.look(limits, 1_000).level()).isEqualTo(Level.ok);
        assertThat(OpenFilesCheck.look(limits, 100_000))
                .satisfies(one -> assertThat(one.level()).isEqualTo(Level.warn))
                .satisfies(one -> assertThat(one.advice()).contains("LimitNOFILE=101024"));
        Files.writeString(limits, "Max open files            256   256   files\n");
        assertThat(OpenFilesCheck.look(limits, 100).level()).isEqualTo(Level.fail);
        Files.writeString(limits, "Max open files            unlimited   unlimited   files\n");
        assertThat(OpenFilesCheck.look(limits, 1_000_000).level()).isEqualTo(Level.ok);

        assertThat(DiskCheck.judge("ext4", 10L << 30, 20L << 30).level()).isEqualTo(Level.ok);
        assertThat(DiskCheck.judge("ext4", 1L << 30, 20L << 30).level()).isEqualTo(Level.warn);
        assertThat(DiskCheck.judge("ext4", 1L << 20, 20L << 30).level()).isEqualTo(Level.fail);
        assertThat(DiskCheck.judge("tmpfs", 10L << 30, 20L << 30).what()).contains("power cut");

        assertThat(SyncCheck.judge(1_000_000, 5_000_000, 200).level()).isEqualTo(Level.ok);
        assertThat(SyncCheck.judge(5_000, 9_000, 200).what()).contains("too quick");
        assertThat(SyncCheck.judge(20_000_000, 90_000_000, 50).level()).isEqualTo(Level.warn);

        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        assertThat(ClockCheck.judge(now, 0, true).level()).isEqualTo(Level.ok);
        assertThat(ClockCheck.judge(now, 0, false).level()).isEqualTo(Level.warn);
        assertThat(ClockCheck.judge(now, -80, true).what()).contains("-80 ms");
        assertThat(ClockCheck.judge(Instant.EPOCH, 0, true).level()).isEqualTo(Level.fail);

        Path pages = Files.writeString(folder.resolve("enabled"), "[always] madvise never\n");
        assertThat(HugePagesCheck.look(pages).level()).isEqualTo(Level.warn);
        Files.writeString(pages, "always [madvise] never\n");
        assertThat(HugePagesCheck.look(pages).level()).isEqualTo(Level.ok);
    }
}
