// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.measure;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The formats of {@code /proc/PID}, as {@code man 5 proc} describes them. All throw on what they cannot read. */
final class ProcFiles {
    /** USER_HZ: a constant of the interface between kernel and programs, whatever the kernel's own tick. */
    private static final long MICROS_PER_TICK = 10_000;

    private static final int UTIME_AFTER_NAME = 11;
    private static final int STIME_AFTER_NAME = 12;

    private ProcFiles() {}

    /** User and system time of {@code stat}: fields 14 and 15, counted behind the name, which may hold anything. */
    static long statCpuMicros(String stat) throws IOException {
        int nameEnd = stat.lastIndexOf(')');
        String[] fields = stat.substring(nameEnd + 1).trim().split(" ", -1);
        if (nameEnd < 0 || fields.length <= STIME_AFTER_NAME) {
            throw new IOException("not a stat file: " + stat);
        }
        return MICROS_PER_TICK * (number(fields[UTIME_AFTER_NAME]) + number(fields[STIME_AFTER_NAME]));
    }

    /** Time on a processor of {@code schedstat}: the first of its three numbers. */
    static long schedstatNanos(String schedstat) throws IOException {
        return number(schedstat.split(" ", 2)[0]);
    }

    /** A line of {@code status} in bytes; 0 when it is missing, as for a process that is just ending. */
    static long statusBytes(String status, String name) throws IOException {
        String value = line(status, name);
        return value == null ? 0 : 1024 * number(value.replace("kB", "").trim());
    }

    /** {@code write_bytes} of {@code io}. */
    static long ioWriteBytes(String io) throws IOException {
        String value = line(io, "write_bytes");
        if (value == null) {
            throw new IOException("not an io file: " + io);
        }
        return number(value);
    }

    private static @Nullable String line(String text, String name) {
        String start = name + ":";
        return text.lines()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()).trim())
                .findFirst()
                .orElse(null);
    }

    private static long number(String text) throws IOException {
        try {
            return Long.parseLong(text.trim());
        } catch (NumberFormatException e) {
            throw new IOException("not a number: " + text, e);
        }
    }
}
