// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.output;

import io.holdfast.benchmarks.load.result.Machine;
import io.holdfast.benchmarks.load.result.PhaseResult;
import io.holdfast.benchmarks.load.result.ProcessCost;
import io.holdfast.benchmarks.load.result.RunResult;
import io.holdfast.benchmarks.load.result.Target;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A result as one page that needs nothing else: style and plots are inside, there is no script and no address. */
final class HtmlReport {
    private static final DateTimeFormatter STARTED = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private HtmlReport() {}

    static void write(RunResult result, Path file) throws IOException {
        Files.writeString(file, page(result));
    }

    static String page(RunResult result) throws IOException {
        System.setProperty("java.awt.headless", "true"); // drawing needs no display, and a JDK may come without one
        String title = "holdfast bench " + result.scenario() + ", " + ResultTable.brokerName(result.target());
        Html html = new Html();
        html.markup("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
                .markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .element("title", title)
                .markup("<style>\n" + styleSheet() + "</style></head><body><main>\n");
        head(html, result);
        for (int i = 0; i < result.phases().size(); i++) {
            phase(html, result.phases().get(i), "phase" + i);
        }
        html.markup("<div class=\"tables\">\n")
                .table("Settings", settings(result))
                .table("Broker", broker(result.target()))
                .table("Machine", machine(result))
                .markup("</div>\n</main></body></html>\n");
        return html.toString();
    }

    private static void head(Html html, RunResult result) {
        boolean clean = result.verdict().clean();
        html.markup("<header>")
                .element("h1", "bench " + result.scenario())
                .element(
                        "p",
                        ResultTable.brokerName(result.target()) + " at "
                                + result.target().host() + ":" + result.target().port() + " \u00b7 "
                                + STARTED.format(result.started()))
                .element("p", clean ? "verdict good" : "verdict bad", ResultTable.verdict(result.verdict()));
        for (String note : result.verdict().notes()) {
            html.element("p", "note", note);
        }
        html.markup("</header>\n");
    }

    private static void phase(Html html, PhaseResult phase, String id) throws IOException {
        html.markup("<article>").element("h2", phase.name());
        html.markup("<div class=\"tiles\">\n");
        for (ResultTable.Row tile : tiles(phase)) {
            html.markup("<div>")
                    .element("strong", tile.value())
                    .element("span", tile.name())
                    .markup("</div>\n");
        }
        html.markup("</div>\n<div class=\"plots\">\n");
        for (Plots.Titled plot : Plots.of(phase, id)) {
            html.markup("<figure>").element("figcaption", plot.title()).markup(plot.svg() + "</figure>\n");
        }
        html.markup("</div>\n")
                .table("Figures of " + phase.name(), ResultTable.rows(phase))
                .markup("</article>\n");
    }

    /** What a reader looks for first. */
    private static List<ResultTable.Row> tiles(PhaseResult phase) {
        List<ResultTable.Row> tiles = new ArrayList<>();
        tiles.add(new ResultTable.Row(
                ResultTable.plural(phase.unit()) + " per second", Amounts.count(phase.perSecond())));
        if (phase.latencyNanos().getTotalCount() > 0) {
            for (double percentile : new double[] {50, 99, 99.9}) {
                tiles.add(new ResultTable.Row(
                        "latency p" + Amounts.percentile(percentile), Amounts.micros(phase.latencyMicros(percentile))));
            }
        }
        ProcessCost cost = phase.cost();
        if (cost != null) {
            tiles.add(new ResultTable.Row(
                    "broker CPU per " + phase.unit(), Amounts.digits(cost.cpuMicrosPerUnit()) + " us"));
            tiles.add(new ResultTable.Row("broker memory", Amounts.bytes((double) cost.rssBytes())));
        }
        return tiles;
    }

    private static List<ResultTable.Row> settings(RunResult result) {
        List<ResultTable.Row> rows = new ArrayList<>();
        result.settings().forEach((name, value) -> rows.add(new ResultTable.Row(name, value)));
        return rows;
    }

    private static List<ResultTable.Row> broker(Target target) {
        return List.of(
                new ResultTable.Row("broker", ResultTable.brokerName(target)),
                new ResultTable.Row("address", target.host() + ":" + target.port()),
                new ResultTable.Row("durability", ResultTable.durability(target)));
    }

    private static List<ResultTable.Row> machine(RunResult result) {
        Machine machine = result.machine();
        return List.of(
                new ResultTable.Row("processor", machine.cpu() + ", " + machine.cores() + " cores"),
                new ResultTable.Row(
                        "memory",
                        machine.memoryBytes() == 0 ? "unknown" : Amounts.bytes((double) machine.memoryBytes())),
                new ResultTable.Row("system", machine.os()),
                new ResultTable.Row("JDK of the load tool", machine.jdk()),
                new ResultTable.Row("commit of the load tool", machine.commit()));
    }

    private static String styleSheet() throws IOException {
        try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
            if (in == null) {
                throw new IllegalStateException("report.css is missing from the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
