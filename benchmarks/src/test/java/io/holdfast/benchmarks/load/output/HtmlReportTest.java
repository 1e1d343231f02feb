// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.benchmarks.load.result.RunResult;
import io.holdfast.benchmarks.load.result.Target;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
    private static final String HOSTILE = "\"'></td><script>alert(1)</script><img src=x onerror=alert(1)>&\u0000";

    @Test
    @DisplayName("the page names no address, no script and no other file: it is whole by itself")
    void page_ordinary_selfContained() throws IOException {
        String page = HtmlReport.page(Runs.ordinary());
        assertThat(page)
                .doesNotContainPattern(
                        "(?i)https?:|<script|<link|<img|<iframe|@import|javascript:|<\\?xml|!DOCTYPE svg");
        assertThat(values(page, "(?:href|src|url)\\s*[=(]\\s*[\"']?([^\"')>\\s]+)"))
                .allMatch(target -> target.startsWith("#"));
    }

    @Test
    @DisplayName("K30 hostile names of settings, brokers and notes stay text")
    void page_hostileStrings_escaped() throws IOException {
        RunResult hostile = Runs.run(
                Map.of(HOSTILE, HOSTILE), new Target(HOSTILE, 1, HOSTILE, HOSTILE, HOSTILE), List.of(HOSTILE), 3);
        String page = HtmlReport.page(hostile);
        assertThat(page).doesNotContain("<script", "<img", "\u0000");
        assertThat(page).contains("&lt;script&gt;alert(1)&lt;/script&gt;", "&quot;&#39;&gt;");
    }

    @Test
    @DisplayName("every plot has lines, axes with units and names that no other plot has")
    void plots_ordinary_drawn() {
        List<Plots.Titled> plots = Plots.of(Runs.ordinary().phases().get(0), "p");
        assertThat(plots)
                .extracting(Plots.Titled::title)
                .containsExactly(
                        "Throughput",
                        "Latency, PUBLISH to PUBACK",
                        "Percentiles, PUBLISH to PUBACK",
                        "Broker CPU per message");
        assertThat(plots).allSatisfy(plot -> {
            assertThat(plot.svg()).startsWith("<svg viewBox=").endsWith("</svg>");
            assertThat(values(plot.svg(), "(stroke:var\\(--series-1\\))")).hasSizeGreaterThan(10);
            assertThat(plot.svg()).contains("var(--ink)", "var(--grid)").doesNotContain("rgb(", "NaN", "Infinity");
        });
        assertThat(plots.get(1).svg()).contains("stroke:var(--series-2)", "stroke:var(--series-3)");
        assertThat(plots.stream().flatMap(plot -> values(plot.svg(), " id=\"([^\"]+)").stream()))
                .hasSizeGreaterThanOrEqualTo(4)
                .doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("a phase of one second is drawn as points, one without samples has no plots")
    void plots_short_pointsOrNone() {
        Target target = new Target("h", 1, "b", "1", Target.UNKNOWN);
        RunResult run = Runs.run(Map.of(), target, List.of(), 1);
        assertThat(Plots.of(run.phases().get(0), "p")).hasSize(4);
        assertThat(Plots.of(run.phases().get(1), "p")).isEmpty();
    }

    @Test
    @DisplayName("the percentile axis counts nines")
    void percent_decades_nines() {
        assertThat(List.of(1.0, 10.0, 100.0, 1_000.0, 10_000.0))
                .extracting(Plots::percent)
                .containsExactly("0", "90", "99", "99.9", "99.99");
    }

    private static List<String> values(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult result) -> result.group(1))
                .toList();
    }
}
