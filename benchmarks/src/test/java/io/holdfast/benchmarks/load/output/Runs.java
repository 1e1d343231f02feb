// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.output;

import io.holdfast.benchmarks.load.result.Machine;
import io.holdfast.benchmarks.load.result.PhaseResult;
import io.holdfast.benchmarks.load.result.ProcessCost;
import io.holdfast.benchmarks.load.result.RunResult;
import io.holdfast.benchmarks.load.result.Sample;
import io.holdfast.benchmarks.load.result.Target;
import io.holdfast.benchmarks.load.result.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.HdrHistogram.Histogram;

/** Results that no broker was needed for. */
final class Runs {
    private Runs() {}

    /** A run of two phases, one watched and one not, always the same. */
    static RunResult ordinary() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("qos", "1");
        settings.put("pairs", "10");
        settings.put("windowMessages", "20");
        settings.put("payloadBytes", "64");
        return run(settings, new Target("127.0.0.1", 1883, "holdfast", "0.1.0", "sync"), List.of(), 30);
    }

    static RunResult run(Map<String, String> settings, Target target, List<String> notes, int seconds) {
        return new RunResult(
                "qos",
                settings,
                target,
                new Machine("Linux 6.1 amd64", "An Example 3 GHz", 2, 8L << 30, "17.0.15 Example", "0123456789ab"),
                Instant.parse("2026-01-02T03:04:05Z"),
                List.of(measured(seconds), unwatched()),
                new Verdict(0, 0, 0, 0, notes));
    }

    private static PhaseResult measured(int seconds) {
        Random random = new Random(7);
        Histogram latencies = new Histogram(3);
        for (int i = 0; i < 100_000; i++) {
            latencies.recordValue(180_000 + (long) i * i / 2_000);
        }
        List<Sample> timeline = new ArrayList<>();
        long count = 0;
        for (int second = 1; second <= seconds; second++) {
            long rate = 420_000L + random.nextInt(50_000);
            count += rate;
            double p50 = 210 + random.nextInt(60);
            timeline.add(new Sample(
                    second, rate, rate, p50, p50 * 4, p50 * (8 + random.nextInt(20)), rate * 12L / 10, 300L << 20));
        }
        ProcessCost cost =
                new ProcessCost(count * 12L / 10, count, 300L << 20, 320L << 20, count * 130, 90_000L, 1_152.0);
        return new PhaseResult(
                "measure",
                "message",
                count,
                Duration.ofSeconds(seconds),
                "PUBLISH to PUBACK",
                latencies,
                timeline,
                cost);
    }

    private static PhaseResult unwatched() {
        return new PhaseResult(
                "drain", "delivery", 1_000, Duration.ofMillis(500), "", new Histogram(3), List.of(), null);
    }
}
