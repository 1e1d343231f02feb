// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.measure;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process of this machine, seen through {@code /proc}.
 *
 * <p>CPU time has two sources. {@code stat} knows all threads, those that have ended too, but in steps of 10 ms;
 * {@code task/N/schedstat} is exact, but a thread that ends takes its time with it. The larger of the two is never too
 * much, and exact as long as no thread ends. Any thread.
 */
public final class BrokerProcess {
    private final long pid;
    private final Path folder;
    private long cpuMicrosLast;

    BrokerProcess(long pid, Path folder) {
        this.pid = pid;
        this.folder = folder;
    }

    /**
     * Watches a process.
     *
     * @throws IOException without such a process, or on a system without {@code /proc}
     */
    public static BrokerProcess of(long pid) throws IOException {
        BrokerProcess process = new BrokerProcess(pid, Path.of("/proc", Long.toString(pid)));
        if (process.read() == null) {
            throw new IOException(
                    "process " + pid + " cannot be watched: it is not running, or this system has no /proc");
        }
        return process;
    }

    public long pid() {
        return pid;
    }

    /** The present figures, or null when the process is gone. */
    public synchronized @Nullable ProcessReading read() {
        try {
            String status = Files.readString(folder.resolve("status"));
            cpuMicrosLast = Math.max(cpuMicrosLast, cpuMicros());
            return new ProcessReading(
                    cpuMicrosLast,
                    ProcFiles.statusBytes(status, "VmRSS"),
                    ProcFiles.statusBytes(status, "VmHWM"),
                    bytesWritten());
        } catch (IOException e) {
            return null; // ended between two looks: what it spent last nobody can tell any more
        }
    }

    private long cpuMicros() throws IOException {
        long coarse = ProcFiles.statCpuMicros(Files.readString(folder.resolve("stat")));
        long exact = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(folder.resolve("task"))) {
            for (Path thread : threads) {
                exact += threadCpuNanos(thread);
            }
        }
        return Math.max(coarse, TimeUnit.NANOSECONDS.toMicros(exact));
    }

    private static long threadCpuNanos(Path thread) {
        try {
            return ProcFiles.schedstatNanos(Files.readString(thread.resolve("schedstat")));
        } catch (IOException e) {
            return 0; // the thread ended, or the kernel keeps no such counts: stat holds its time
        }
    }

    private @Nullable Long bytesWritten() {
        try {
            return ProcFiles.ioWriteBytes(Files.readString(folder.resolve("io")));
        } catch (IOException e) {
            return null; // another user's process
        }
    }
}
