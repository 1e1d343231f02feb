// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * A progress bar on the standard error for work that takes long; none when nobody would see it, or before it has taken
 * two seconds. Not thread-safe.
 */
public final class LongWork implements AutoCloseable {
    private static final Duration SHORT = Duration.ofSeconds(2);
    private static final int STEPS_BETWEEN_LOOKS = 1_024;
    private static final int REFRESH_MILLIS = 250;
    private static final int COLUMNS = 100;

    private final boolean visible;
    private final long beganNanos = System.nanoTime();
    private String task = "";
    private long total;
    private long done;
    private @Nullable ProgressBar bar;

    private LongWork(boolean visible) {
        this.visible = visible;
    }

    /** Shown when the standard error is a terminal. */
    public static LongWork onTerminal() {
        return new LongWork(isTerminal());
    }

    static LongWork hidden() {
        return new LongWork(false);
    }

    /** The console of Java 17 asks for input and output too, and a dump's output mostly goes to a file. */
    private static boolean isTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException | RuntimeException e) {
            return false; // Outside Linux nothing cheap tells, and a bar in a file would be worse than none.
        }
    }

    /** Another part of the work begins, of about so many steps. */
    public void begin(String part, long steps) {
        hide();
        task = part;
        total = steps;
        done = 0;
    }

    public void step() {
        if (++done % STEPS_BETWEEN_LOOKS == 0 && visible) {
            show();
        }
    }

    /** So many steps at once, each of which takes its time. */
    public void advance(long steps) {
        done += steps;
        if (visible) {
            show();
        }
    }

    private void show() {
        ProgressBar shown = bar;
        if (shown == null) {
            if (System.nanoTime() - beganNanos < SHORT.toNanos()) {
                return;
            }
            PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
            shown = new ProgressBarBuilder()
                    .setTaskName(task)
                    .setInitialMax(Math.max(total, done))
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(REFRESH_MILLIS)
                    .setMaxRenderedLength(COLUMNS)
                    .setConsumer(new ConsoleProgressBarConsumer(err))
                    .clearDisplayOnFinish()
                    .build();
            bar = shown;
        }
        if (done > total) {
            total = done; // The number of rows was a guess.
            shown.maxHint(total);
        }
        shown.stepTo(done);
    }

    /** Takes the bar away, before something else is printed. */
    public void hide() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    @Override
    public void close() {
        hide();
    }
}
