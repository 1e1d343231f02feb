// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.upkeep.StoreVerb;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The tools on a store of many sessions: 4,000 with ten messages each in a normal build,
 * {@code -Dholdfast.sessions=1000000} for the size that the targets are set for. The rates are printed; they mean
 * something on a machine that does nothing else.
 */
class LargeStoreIT {
    private static final System.Logger LOG = System.getLogger(LargeStoreIT.class.getName());
    private static final int SESSIONS = Integer.getInteger("holdfast.sessions", 4_000);
    private static final int MESSAGES_EACH = 10;
    private static final int PAYLOAD_BYTES = 100;

    @TempDir
    Path folder;

    /** Counts lines and keeps none. */
    private static final class LineCount extends Writer {
        private long lines;

        @Override
        public void write(char[] characters, int offset, int length) {
            for (int i = offset; i < offset + length; i++) {
                lines += characters[i] == '\n' ? 1 : 0;
            }
        }

        @Override
        public void flush() {
            // Nothing is kept.
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    private long lines(String verb, String... options) {
        LineCount out = new LineCount();
        long began = System.nanoTime();
        List<String> all = new ArrayList<>(List.of(verb, "--data", folder.toString() + "/data"));
        all.addAll(List.of(options));
        int exitCode =
                new CommandLine(new StoreVerb()).setOut(new PrintWriter(out)).execute(all.toArray(new String[0]));
        assertThat(exitCode).isZero();
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
        LOG.log(
                System.Logger.Level.INFO,
                verb + " " + String.join(" ", options) + ": " + out.lines + " lines in " + millis + " ms, "
                        + out.lines * 1_000 / millis + " per second");
        return out.lines;
    }

    @Test
    @DisplayName("every message of many queues is told once, with and without payloads, and the store is clean")
    void tools_manySessions_complete() {
        LargeStore.write(folder.resolve("data"), SESSIONS, MESSAGES_EACH, PAYLOAD_BYTES);
        long messages = (long) SESSIONS * MESSAGES_EACH;
        String[] queued = {"--section", "queued", "-o", "jsonl"};
        assertThat(lines("dump", "--section", "queued", "-o", "jsonl", "--keys-only"))
                .isEqualTo(messages);
        assertThat(lines("dump", queued)).isEqualTo(messages);
        assertThat(lines("dump", "--section", "sessions", "-o", "jsonl")).isEqualTo(SESSIONS);
        assertThat(lines("check")).isEqualTo(1);
        assertThat(lines("stats", "--top", "1")).isLessThan(60);
        assertThat(lines("info")).isLessThan(80);
    }
}
