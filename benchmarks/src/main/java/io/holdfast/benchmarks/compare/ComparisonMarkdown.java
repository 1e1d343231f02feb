// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import io.holdfast.benchmarks.compare.Figures.Spread;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A comparison as Markdown: machine and brokers, the targets, then a table for each row and phase. */
final class ComparisonMarkdown {
    private static final DateTimeFormatter STARTED =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final List<Metric> COLUMNS = List.of(
            Metric.CPU, Metric.RATE, Metric.P50, Metric.P99, Metric.BYTES, Metric.SYNCS, Metric.SYNC_P99, Metric.RSS);

    private ComparisonMarkdown() {}

    static String of(Comparison comparison) {
        StringBuilder text = new StringBuilder();
        head(text, comparison);
        goals(text, comparison);
        comparison.rows().forEach((row, lanes) -> row(text, row, lanes));
        return text.toString();
    }

    private static void head(StringBuilder text, Comparison comparison) {
        line(text, "# Comparison of %s", STARTED.format(comparison.started()));
        line(text, "");
        line(
                text,
                "%s, %d cores, %.0f GiB, %s; JDK %s; commit %s.",
                comparison.machine().cpu(),
                comparison.machine().cores(),
                comparison.machine().memoryBytes() / (double) (1 << 30),
                comparison.machine().os(),
                comparison.machine().jdk(),
                comparison.machine().commit());
        line(
                text,
                "Every broker was warmed by %.0f s of the same load; then %d rounds of %.0f s, interleaved A B B A, the"
                        + " others paused. Figures are medians, with the least and the most in brackets; CPU is the time of"
                        + " the broker's process by its own clock.",
                comparison.warmupSeconds(),
                comparison.rounds(),
                comparison.measureSeconds());
        line(text, "");
        line(text, "| broker | version | on its disk when it acknowledges |");
        line(text, "|---|---|---|");
        for (Contender contender : comparison.contenders()) {
            line(text, "| %s | %s | %s |", contender.name(), contender.version(), contender.onDisk());
        }
        line(text, "");
        comparison.left().forEach(reason -> line(text, "Left out: %s.\n", reason));
    }

    private static void goals(StringBuilder text, Comparison comparison) {
        line(text, "## Targets");
        line(text, "");
        line(text, "| row | figure | target | moonshot | reached | verdict |");
        line(text, "|---|---|---|---|---|---|");
        comparison.rows().forEach((row, lanes) -> {
            for (Goal goal : row.goals()) {
                Double reached = goal.reached(lanes);
                line(
                        text,
                        "| %s | %s | %s | %s | %s | %s |",
                        row.name(),
                        goal.what(),
                        goal.limit(goal.bound()),
                        goal.limit(goal.moonshot()),
                        goal.text(reached),
                        goal.verdict(lanes));
            }
        });
        line(text, "");
    }

    private static void row(StringBuilder text, Row row, Map<String, Figures> lanes) {
        line(text, "## %s", row.name());
        line(text, "");
        line(text, "%s.", row.what());
        for (String phase : row.phases()) {
            List<Lane> shown = row.lanes().stream()
                    .filter(lane -> COLUMNS.stream().anyMatch(column -> spread(lanes, lane, phase, column) != null))
                    .toList();
            if (!shown.isEmpty()) {
                table(text, phase, shown, lanes);
            }
        }
        line(text, "");
        row.lanes().stream()
                .map(Lane::command)
                .filter(command -> !command.isEmpty())
                .distinct()
                .forEach(command -> line(text, "- `%s`", command));
        for (Lane lane : row.lanes()) {
            Figures figures = lanes.get(lane.label());
            if (figures != null) {
                figures.notes().forEach(note -> line(text, "- %s: %s", lane.label(), oneLine(note)));
            }
        }
        line(text, "");
    }

    /** The second column is how many times the first lane's CPU this lane's is. */
    private static void table(StringBuilder text, String phase, List<Lane> shown, Map<String, Figures> lanes) {
        line(text, "");
        StringBuilder head = new StringBuilder("| " + phase + " ");
        StringBuilder rule = new StringBuilder("|---");
        for (Metric column : COLUMNS) {
            head.append("| ").append(column.title()).append(' ');
            rule.append("|---:");
        }
        line(text, "%s| first / this, CPU |", head);
        line(text, "%s|---:|", rule);
        Spread first = spread(lanes, shown.get(0), phase, Metric.CPU);
        for (Lane lane : shown) {
            StringBuilder cells = new StringBuilder("| " + lane.label() + " ");
            for (Metric column : COLUMNS) {
                cells.append("| ")
                        .append(cell(column, spread(lanes, lane, phase, column)))
                        .append(' ');
            }
            Spread own = spread(lanes, lane, phase, Metric.CPU);
            String ratio = first == null || own == null || lane.equals(shown.get(0))
                    ? ""
                    : String.format(Locale.ROOT, "%.2f x", first.median() / own.median());
            line(text, "%s| %s |", cells, ratio);
        }
    }

    private static @Nullable Spread spread(Map<String, Figures> lanes, Lane lane, String phase, Metric metric) {
        Figures figures = lanes.get(lane.label());
        return figures == null ? null : figures.spread(phase, metric);
    }

    /** CPU and rate are what conclusions are drawn from: they show how far the rounds lie apart. */
    private static String cell(Metric metric, @Nullable Spread spread) {
        if (spread == null) {
            return "-";
        }
        double scale = metric == Metric.RSS ? 1.0 / (1 << 20) : 1;
        String median = digits(spread.median() * scale);
        return metric == Metric.CPU || metric == Metric.RATE
                ? median + " (" + digits(spread.least()) + "-" + digits(spread.most()) + ")"
                : median;
    }

    private static String digits(double value) {
        if (value >= 1_000) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        String pattern = value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : value >= 0.1 || value == 0 ? "%.2f" : "%.4f";
        return String.format(Locale.ROOT, pattern, value);
    }

    private static String oneLine(String note) {
        return note.replaceAll("\\s+", " ").replace("|", "/");
    }

    private static void line(StringBuilder text, String pattern, Object... values) {
        text.append(String.format(Locale.ROOT, pattern, values)).append('\n');
    }
}
