// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.benchmarks.compare.Figures.Spread;
import io.holdfast.benchmarks.compare.Goal.Source;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FiguresTest {
    private static final Source OURS = new Source("holdfast", "publish", Metric.CPU);
    private static final Source THEIRS = new Source("mosquitto", "publish", Metric.CPU);

    @Test
    @DisplayName("the median is the middle round, or the mean of the two middle ones; least and most are kept")
    void spread_rounds_median() {
        assertThat(figures(9.0, 1.0, 2.0).spread("publish", Metric.CPU)).isEqualTo(new Spread(2, 1, 9, 3));
        assertThat(figures(9.0, 1.0, 2.0, 4.0).spread("publish", Metric.CPU)).isEqualTo(new Spread(3, 1, 9, 4));
        assertThat(figures().spread("publish", Metric.CPU)).isNull();
        assertThat(figures(1.0).spread("deliver", Metric.CPU)).isNull();
    }

    @Test
    @DisplayName("ratio, least ratio, difference and a figure alone are each held to target and moonshot")
    void goal_kinds_judged() {
        Map<String, Figures> lanes = Map.of("holdfast", figures(4.0), "mosquitto", figures(10.0));
        Goal ratio = Goal.ratio("cpu", OURS, THEIRS, 0.4, 0.25);
        assertThat(ratio.reached(lanes)).isEqualTo(0.4);
        assertThat(ratio.verdict(lanes)).isEqualTo("met");
        assertThat(Goal.ratio("cpu", OURS, THEIRS, 0.39, 0.25).verdict(lanes)).isEqualTo("not met");
        assertThat(Goal.ratio("cpu", OURS, THEIRS, 0.5, 0.4).verdict(lanes)).isEqualTo("moonshot");
        assertThat(Goal.atLeast("cpu", THEIRS, OURS, 2, 3).verdict(lanes)).isEqualTo("met");
        assertThat(Goal.atLeast("cpu", THEIRS, OURS, 2.6, 3).verdict(lanes)).isEqualTo("not met");
        assertThat(Goal.difference("cpu", THEIRS, OURS, 5, 4).reached(lanes)).isEqualTo(6);
        assertThat(Goal.difference("cpu", THEIRS, OURS, 5, 4).verdict(lanes)).isEqualTo("not met");
        assertThat(Goal.alone("cpu", OURS, 4, 3).verdict(lanes)).isEqualTo("met");
    }

    @Test
    @DisplayName("a lane without figures is not measured, and one that lost messages has met nothing")
    void goal_missingOrUnclean_notMet() {
        Goal ratio = Goal.ratio("cpu", OURS, THEIRS, 0.4, 0.25);
        assertThat(ratio.verdict(Map.of("holdfast", figures(1.0)))).isEqualTo("not measured");
        Figures unclean = figures(1.0);
        unclean.unclean("3 lost");
        unclean.unclean("3 lost");
        assertThat(unclean.notes()).containsExactly("3 lost");
        assertThat(ratio.verdict(Map.of("holdfast", unclean, "mosquitto", figures(10.0))))
                .isEqualTo("not clean");
    }

    static Figures figures(Double... rounds) {
        Figures figures = new Figures();
        List.of(rounds).forEach(value -> figures.add("publish", Metric.CPU, value));
        return figures;
    }
}
