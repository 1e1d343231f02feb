// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreFacts;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import io.holdfast.tools.doctor.Diagnosis.Level;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
    @DisplayName("a store whose log is damaged fails, and the way on is told; one that is torn at its end is whole")
    void doctor_damagedLog_fails() throws Exception {
        Path data = folder.resolve("data");
        try (StoreFolder store = StoreFolder.open(data, StoreOptions.defaults())) {
            for (int i = 1; i <= 50; i++) {
                RowBatch batch = new RowBatch();
                batch.put(Table.LOG, Keys.number(i), new byte[100]);
                store.rows().write(batch);
                store.rows().sync();
            }
        }
        try (DirectoryStream<Path> logs = Files.newDirectoryStream(StoreFolder.logFiles(data), "*.log")) {
            Path log = logs.iterator().next();
            byte[] bytes = Files.readAllBytes(log);
            Files.write(log, "ZZZZZZZZZ".getBytes(StandardCharsets.US_ASCII), StandardOpenOption.APPEND);
            assertThat(StoreFacts.of(data).damagedLogPlace()).isNotNull();
            assertThat(doctor("--data", data.toString(), "--set", "listeners.tcp.port=0"))
                    .isZero();
            bytes[bytes.length / 3] ^= 4;
            Files.write(log, bytes);
        }
        assertThat(doctor("--data", data.toString(), "--set", "listeners.tcp.port=0"))
                .isEqualTo(1);
        assertThat(out.toString())
                .contains("rows before what was on disk", "damaged in rows/", "holdfast store check --data " + data);
    }

    @Test
    @DisplayName("a socket at a path is free, answered, or cannot be made; what a killed broker has left is free")
    void doctor_unixListener_looked() throws Exception {
        Path path = folder.resolve("s");
        String[] words = {
            "--data",
            folder.resolve("data").toString(),
            "--set",
            "listeners.tcp.enabled=false",
            "--set",
            "listeners.local.type=unix",
            "--set",
            "listeners.local.path=" + path
        };
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(path));
            assertThat(doctor(words)).isZero();
            assertThat(out.toString()).contains(path + ": a broker or another program listens there");
        }
        assertThat(doctor(words)).isZero();
        assertThat(out.toString()).contains(path + ": free");
        Files.delete(path);
        Files.writeString(path, "mine");
        assertThat(doctor(words)).isEqualTo(1);
        assertThat(out.toString()).contains("no socket");
    }

    @Test
    @DisplayName("a port on which a broker of ours listens is no fault")
    void port_ourBroker_ok() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            Path process = Files.createDirectories(folder.resolve("proc/4711/fd"));
            Files.createSymbolicLink(process.resolve("3"), Path.of("socket:[777]"));
            Path command = process.resolveSibling("cmdline");
            Files.writeString(command, "/usr/bin/java\0-cp\0lib\0io.holdfast.tools.HoldfastCommand\0run\0");
            Files.createDirectories(folder.resolve("proc/net"));
            Files.writeString(
                    folder.resolve("proc/net/tcp"),
                    String.format(
                            "  0: 0100007F:%04X 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 777 1%n",
                            port));
            PortOwner owners = new PortOwner(folder.resolve("proc"));
            assertThat(PortCheck.look("listeners.tcp", "127.0.0.1", port, owners))
                    .satisfies(one -> assertThat(one.level()).isEqualTo(Level.ok))
                    .satisfies(one -> assertThat(one.what()).contains("pid 4711, java"));
            Files.writeString(command, "/usr/sbin/mosquitto\0");
            assertThat(PortCheck.look("listeners.tcp", "127.0.0.1", port, owners)
                            .level())
                    .isEqualTo(Level.fail);
        }
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
