// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.benchmarks.load.measure.PhasePlan;
import io.holdfast.benchmarks.load.measure.Progress;
import io.holdfast.benchmarks.load.result.Sample;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LiveLineTest {
    private static final Sample SAMPLE = new Sample(5, 712_345, 712_345, 250, 1_230, 4_100, null, null);
    private final StringWriter terminal = new StringWriter();

    @Test
    @DisplayName("bar, rate, latencies and time left in one line that no terminal wraps")
    void line_measuring_whole() {
        String line = LiveLine.line(progress("PUBLISH to PUBACK", 0.5, Duration.ofSeconds(15)));
        assertThat(line)
                .isEqualTo("measure [####----] 50%, 15 s left, 712 k/s, p50/99/99.9 250 us/1.23 ms/4.10 ms")
                .hasSizeLessThan(80);
    }

    @Test
    @DisplayName("without latencies and without an end in sight, both are left out")
    void line_noLatency_short() {
        assertThat(LiveLine.line(progress("", 0, null))).isEqualTo("measure [--------] 0%, 712 k/s");
    }

    @Test
    @DisplayName("on a terminal each line is written over the last, and wiped at the end")
    void terminal_twoUpdates_overwritten() {
        LiveLine line = LiveLine.always(new PrintWriter(terminal));
        line.accept(progress("", 0.25, null));
        line.accept(progress("", 1, null));
        line.close();
        assertThat(terminal.toString())
                .doesNotContain("\n")
                .contains("25%", "100%")
                .endsWith("\r\u001b[2K");
    }

    @Test
    @DisplayName("without a terminal there is nothing at all: the error stream of this test is none")
    void noTerminal_update_silent() {
        assertThat(LiveLine.isTerminal(Path.of("/tmp/log.txt"))).isFalse();
        assertThat(LiveLine.isTerminal(Path.of("pipe:[4711]"))).isFalse();
        assertThat(LiveLine.isTerminal(Path.of("/dev/pts/3"))).isTrue();
        LiveLine line = LiveLine.silent(new PrintWriter(terminal));
        line.accept(progress("PUBLISH to PUBACK", 0.5, Duration.ofSeconds(15)));
        line.close();
        assertThat(terminal.toString()).isEmpty();
    }

    private static Progress progress(String latencyOf, double fraction, Duration left) {
        PhasePlan plan = PhasePlan.lasting("measure", "message", latencyOf, Duration.ofSeconds(30));
        return new Progress(plan, fraction, SAMPLE, left);
    }
}
