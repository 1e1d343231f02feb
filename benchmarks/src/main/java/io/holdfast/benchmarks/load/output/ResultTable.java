// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.output;

import io.holdfast.benchmarks.load.result.PhaseResult;
import io.holdfast.benchmarks.load.result.ProcessCost;
import io.holdfast.benchmarks.load.result.RunResult;
import io.holdfast.benchmarks.load.result.Target;
import io.holdfast.benchmarks.load.result.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A result as lines of text: who was loaded, one block for each phase, and the verdict last. */
final class ResultTable {
    private static final int NAME_WIDTH = 24;

    /** What a phase's row says; the report shows the same. */
    record Row(String name, String value) {}

    private ResultTable() {}

    static String of(RunResult result) {
        StringBuilder text = new StringBuilder();
        Target target = result.target();
        line(text, "scenario", result.scenario());
        line(text, "broker", target.host() + ":" + target.port() + ", " + brokerName(target));
        line(text, "durability", durability(target));
        result.settings().forEach((name, value) -> line(text, name, value));
        for (PhaseResult phase : result.phases()) {
            text.append('\n').append(phase.name()).append('\n');
            rows(phase).forEach(row -> line(text, row.name(), row.value()));
        }
        text.append('\n');
        line(text, "verdict", verdict(result.verdict()));
        result.verdict().notes().forEach(note -> line(text, "note", note));
        return text.toString();
    }

    /** Name and version, or that the broker does not tell. */
    static String brokerName(Target target) {
        return target.broker().equals(Target.UNKNOWN)
                ? "a broker that does not tell its name"
                : target.broker() + (target.version().equals(Target.UNKNOWN) ? "" : " " + target.version());
    }

    /** What an acknowledgement means there, as far as anybody told. */
    static String durability(Target target) {
        return switch (target.durability()) {
            case "sync" -> "sync: an acknowledgement means on the storage device";
            case "interval" -> "interval: a power cut may lose the last acknowledged messages";
            case "os" -> "os: a power cut may lose acknowledged messages";
            case Target.UNKNOWN -> "unknown: this broker does not tell what its acknowledgement means";
            default -> target.durability();
        };
    }

    /** The figures of a phase, each with its unit; what is not known is said to be so. */
    static List<Row> rows(PhaseResult phase) {
        List<Row> rows = new ArrayList<>();
        rows.add(new Row(plural(phase.unit()), Amounts.count((double) phase.count())));
        rows.add(new Row("time", Amounts.micros(phase.elapsed().toNanos() / 1_000.0)));
        rows.add(new Row("rate", Amounts.count(phase.perSecond()) + " " + plural(phase.unit()) + "/s"));
        if (phase.latencyNanos().getTotalCount() > 0) {
            rows.add(new Row("latency", phase.latencyOf()));
            for (double percentile : new double[] {50, 90, 99, 99.9, 99.99, 100}) {
                String name = percentile == 100 ? "  longest" : "  p" + Amounts.percentile(percentile);
                rows.add(new Row(name, Amounts.micros(phase.latencyMicros(percentile))));
            }
        }
        cost(phase, rows);
        return rows;
    }

    private static void cost(PhaseResult phase, List<Row> rows) {
        ProcessCost cost = phase.cost();
        if (cost == null) {
            rows.add(new Row("broker CPU", "not watched; --pid names its process"));
            return;
        }
        String perUnit = " per " + phase.unit();
        double cores = cost.cpuMicros() / Math.max(1.0, phase.elapsed().toNanos() / 1_000.0);
        rows.add(new Row("broker CPU", Amounts.digits(cost.cpuMicrosPerUnit()) + " us" + perUnit));
        rows.add(new Row("broker cores busy", String.format(Locale.ROOT, "%.2f", cores)));
        rows.add(new Row(
                "broker memory",
                Amounts.bytes((double) cost.rssBytes()) + " at the end, " + Amounts.bytes((double) cost.rssPeakBytes())
                        + " at most"));
        Double bytes = cost.bytesWrittenPerUnit();
        rows.add(new Row("broker writes", bytes == null ? "unknown" : Amounts.digits(bytes) + " bytes" + perUnit));
        Long syncs = cost.syncs();
        rows.add(new Row(
                "broker syncs",
                syncs == null
                        ? "unknown: this broker does not tell"
                        : Amounts.count(syncs.doubleValue()) + ", one for "
                                + Amounts.digits(phase.count() / Math.max(1.0, syncs.doubleValue())) + " "
                                + plural(phase.unit())));
        Double syncP99 = cost.syncP99Micros();
        if (syncP99 != null) {
            rows.add(new Row("broker sync p99", Amounts.micros(syncP99)));
        }
    }

    /** One sentence. */
    static String verdict(Verdict verdict) {
        if (verdict.clean()) {
            return "good: nothing lost, doubled, reordered or corrupted";
        }
        return String.format(
                Locale.ROOT,
                "BAD: %,d lost, %,d doubled, %,d reordered, %,d corrupted",
                verdict.lost(),
                verdict.doubled(),
                verdict.reordered(),
                verdict.corrupted());
    }

    static String plural(String unit) {
        return unit.endsWith("y") ? unit.substring(0, unit.length() - 1) + "ies" : unit + "s";
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "  %-" + NAME_WIDTH + "s %s%n", name, value));
    }
}
