// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.output;

import io.holdfast.benchmarks.load.measure.Progress;
import io.holdfast.benchmarks.load.result.Sample;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * One line that is written over and over while a phase runs: a bar, the rate, latencies and the time left. Without a
 * terminal it writes nothing at all, so that logs and pipes stay plain. Any thread.
 */
public final class LiveLine implements Consumer<Progress>, AutoCloseable {
    private static final int BAR_WIDTH = 8;
    /** What a terminal is wide at least: a line that wraps cannot be written over. */
    private static final int WIDTH_MAX = 79;

    private static final String ERASE = "\r\u001b[2K";

    private final PrintWriter terminal;
    private final boolean shown;

    private LiveLine(PrintWriter terminal, boolean shown) {
        this.terminal = terminal;
        this.shown = shown;
    }

    /** A line on the standard error stream, when that is a terminal; {@code err} is the writer that leads there. */
    public static LiveLine onTerminal(PrintWriter err) {
        return new LiveLine(err, errIsTerminal());
    }

    /** A line that is never shown. */
    public static LiveLine silent(PrintWriter err) {
        return new LiveLine(err, false);
    }

    /** A line that is always shown. */
    static LiveLine always(PrintWriter terminal) {
        return new LiveLine(terminal, true);
    }

    @Override
    public synchronized void accept(Progress progress) {
        if (shown) {
            terminal.print(ERASE + line(progress));
            terminal.flush();
        }
    }

    /** Wipes the line, so that what is printed next begins in an empty one; also between two phases. */
    @Override
    public synchronized void close() {
        if (shown) {
            terminal.print(ERASE);
            terminal.flush();
        }
    }

    static String line(Progress progress) {
        Sample last = progress.last();
        int full = (int) Math.round(progress.fraction() * BAR_WIDTH);
        StringBuilder line = new StringBuilder(WIDTH_MAX);
        line.append(progress.plan().name())
                .append(" [")
                .append("#".repeat(full))
                .append("-".repeat(BAR_WIDTH - full))
                .append(String.format(Locale.ROOT, "] %.0f%%", progress.fraction() * 100));
        Duration left = progress.left();
        if (left != null) {
            line.append(", ").append(left.toSeconds()).append(" s left");
        }
        line.append(", ").append(Amounts.thousands(last.perSecond())).append("/s");
        if (!progress.plan().latencyOf().isEmpty()) {
            line.append(", p50/99/99.9 ")
                    .append(Amounts.micros(last.p50Micros()))
                    .append('/')
                    .append(Amounts.micros(last.p99Micros()))
                    .append('/')
                    .append(Amounts.micros(last.p999Micros()));
        }
        return line.length() > WIDTH_MAX ? line.substring(0, WIDTH_MAX) : line.toString();
    }

    /** Java's own question does not ask about this stream alone: a live line may run while the output goes to a file. */
    private static boolean errIsTerminal() {
        if ("dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        try {
            return isTerminal(Files.readSymbolicLink(Path.of("/proc/self/fd/2")));
        } catch (IOException e) {
            return false; // a system without /proc: silence is never wrong
        }
    }

    /** By what the stream's descriptor points to: a terminal's device, as opposed to a file, a pipe or a socket. */
    static boolean isTerminal(Path target) {
        return target.startsWith("/dev/pts") || target.toString().startsWith("/dev/tty");
    }
}
