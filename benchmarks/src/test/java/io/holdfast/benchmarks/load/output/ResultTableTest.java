// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.benchmarks.load.result.RunResult;
import io.holdfast.benchmarks.load.result.Target;
import io.holdfast.benchmarks.load.result.Verdict;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ResultTableTest {
    @Test
    @DisplayName("every figure has its unit, and the durability stands with them")
    void of_ordinary_figures() {
        assertThat(ResultTable.of(Runs.ordinary()))
                .contains(
                        "127.0.0.1:1883, holdfast 0.1.0",
                        "sync: an acknowledgement means on the storage device",
                        "1.20 us per message",
                        "130 bytes per message",
                        "300 MiB at the end, 320 MiB at most",
                        "broker syncs",
                        "90,000, one for 14",
                        "good: nothing lost");
    }

    @Test
    @DisplayName("what nobody told is said to be unknown, never left out")
    void of_unknown_saidSo() {
        Target target = new Target("h", 1, Target.UNKNOWN, Target.UNKNOWN, Target.UNKNOWN);
        assertThat(ResultTable.of(Runs.run(Map.of(), target, List.of(), 1)))
                .contains(
                        "does not tell its name", "does not tell what its acknowledgement means", "not watched; --pid");
    }

    @Test
    @DisplayName("a bad run says so last and says how bad")
    void of_lost_bad() {
        RunResult good = Runs.ordinary();
        RunResult bad = new RunResult(
                good.scenario(),
                good.settings(),
                good.target(),
                good.machine(),
                good.started(),
                good.phases(),
                new Verdict(1_234, 0, 2, 0, List.of()));
        assertThat(bad.verdict().clean()).isFalse();
        assertThat(ResultTable.of(bad)).endsWith("BAD: 1,234 lost, 0 doubled, 2 reordered, 0 corrupted\n");
    }

    @Test
    @DisplayName("amounts keep three digits and their unit")
    void amounts_ranges_units() {
        assertThat(List.of(0.0, 7.123, 412.0, 3_070.0, 1_200_000.0))
                .extracting(Amounts::micros)
                .containsExactly("0 us", "7.12 us", "412 us", "3.07 ms", "1.20 s");
        assertThat(List.of(1_023.0, 1_536.0, 5e9))
                .extracting(Amounts::bytes)
                .containsExactly("1023 B", "1.50 KiB", "4.66 GiB");
    }
}
