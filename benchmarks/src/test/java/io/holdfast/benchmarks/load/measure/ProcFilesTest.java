// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcFilesTest {
    /** The process is named {@code (sd-pam) 1 2}: a name may hold spaces, digits and parentheses. */
    private static final String STAT =
            "4711 ((sd-pam) 1 2) S 1 4711 4711 0 -1 4194560 4163 1410602 0 895 250 31 2731 735 20 0 1 0 1264344 1 1\n";

    private static final String STATUS =
            "Name:\tmosquitto\nVmPeak:\t   99999 kB\nVmHWM:\t    4068 kB\nVmRSS:\t    3996 kB\n";
    private static final String IO =
            "rchar: 6976\nwchar: 1\nsyscr: 10\nsyscw: 0\nread_bytes: 3\nwrite_bytes: 8192\ncancelled_write_bytes: 5\n";

    @TempDir
    Path folder;

    @Test
    @DisplayName("user and system time are found behind a name with spaces and parentheses")
    void stat_strangeName_timesAdded() throws IOException {
        assertThat(ProcFiles.statCpuMicros(STAT)).isEqualTo((250 + 31) * 10_000L);
    }

    @Test
    @DisplayName("memory lines are KiB; a missing line is 0")
    void status_lines_bytes() throws IOException {
        assertThat(ProcFiles.statusBytes(STATUS, "VmRSS")).isEqualTo(3996 * 1024L);
        assertThat(ProcFiles.statusBytes(STATUS, "VmHWM")).isEqualTo(4068 * 1024L);
        assertThat(ProcFiles.statusBytes("Name:\tzombie\n", "VmRSS")).isZero();
    }

    @Test
    @DisplayName("write_bytes is neither wchar nor cancelled_write_bytes")
    void io_lines_writeBytes() throws IOException {
        assertThat(ProcFiles.ioWriteBytes(IO)).isEqualTo(8192);
    }

    @Test
    @DisplayName("what has another format is an error, never a figure")
    void garbage_any_refused() {
        assertThatThrownBy(() -> ProcFiles.statCpuMicros("1 (x) S 1")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ProcFiles.statCpuMicros("")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ProcFiles.schedstatNanos("")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ProcFiles.ioWriteBytes("rchar: 1\n")).isInstanceOf(IOException.class);
    }

    @Test
    @DisplayName("the exact times of all threads count; time of ended threads is in the coarse ones")
    void read_twoThreads_largerSource() throws IOException {
        plant("status", STATUS);
        plant("stat", STAT.replace(" 250 31 ", " 1 0 "));
        plant("task/1/schedstat", "7000000 1 2\n");
        plant("task/2/schedstat", "8123456 1 2\n");
        Files.createDirectories(folder.resolve("task/3")); // ended between listing and reading
        BrokerProcess process = new BrokerProcess(1, folder);
        assertThat(process.read()).isEqualTo(new ProcessReading(15_123, 3996 * 1024, 4068 * 1024, null));

        plant("io", IO);
        plant("stat", STAT);
        assertThat(process.read()).isEqualTo(new ProcessReading(2_810_000, 3996 * 1024, 4068 * 1024, 8192L));
    }

    @Test
    @DisplayName("CPU time never falls, even when a thread that ends takes its exact time with it")
    void read_threadEnded_neverFalls() throws IOException {
        plant("status", STATUS);
        plant("stat", STAT.replace(" 250 31 ", " 1 0 "));
        plant("task/1/schedstat", "17000000 1 2\n");
        BrokerProcess process = new BrokerProcess(1, folder);
        assertThat(process.read().cpuMicros()).isEqualTo(17_000);
        plant("task/1/schedstat", "1000000 1 2\n");
        assertThat(process.read().cpuMicros()).isEqualTo(17_000);
    }

    @Test
    @DisplayName("a process that is gone has no reading, one that never was cannot be watched")
    void read_gone_null() {
        assertThat(new BrokerProcess(1, folder.resolve("gone")).read()).isNull();
        assertThatThrownBy(() -> BrokerProcess.of(999_999_999))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("999999999");
    }

    @Test
    @DisplayName("this very process: work shows as CPU time")
    void read_ownProcess_workCounts() throws IOException {
        BrokerProcess process = BrokerProcess.of(ProcessHandle.current().pid());
        ProcessReading before = process.read();
        long began = System.nanoTime();
        ProcessReading after;
        do { // Others may have the processors meanwhile.
            after = process.read();
        } while (after.cpuMicros() - before.cpuMicros() < 5_000 && System.nanoTime() - began < 60_000_000_000L);
        long elapsedMicros = (System.nanoTime() - began) / 1_000;
        assertThat(after.cpuMicros() - before.cpuMicros()).isBetween(5_000L, 100 * (elapsedMicros + 50_000));
        assertThat(after.rssBytes()).isBetween(1L << 20, after.rssPeakBytes());
    }

    private void plant(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
