// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Map;

/**
 * The metrics of one look, in the model of Prometheus. Names are in base units; a label has few values, all of them known
 * here: nothing that a client chooses can make a new one.
 */
final class MetricList {
    private static final String PREFIX = "holdfast_";

    private final MetricSnapshots.Builder metrics = MetricSnapshots.builder();

    MetricSnapshots done() {
        return metrics.build();
    }

    void info(String name, String help, Map<String, String> labels) {
        Labels of = Labels.of(
                labels.keySet().toArray(new String[0]), labels.values().toArray(new String[0]));
        metrics.metricSnapshot(InfoSnapshot.builder()
                .name(PREFIX + name)
                .help(help)
                .dataPoint(InfoDataPointSnapshot.builder().labels(of).build())
                .build());
    }

    void gauge(String name, String help, long value) {
        gauge(name, help, (double) value);
    }

    void gauge(String name, String help, double value) {
        metrics.metricSnapshot(GaugeSnapshot.builder()
                .name(PREFIX + name)
                .help(help)
                .dataPoint(GaugeDataPointSnapshot.builder().value(value).build())
                .build());
    }

    /** One value for each word of a label. */
    void gauge(String name, String help, String label, Map<String, Long> values) {
        GaugeSnapshot.Builder gauge =
                GaugeSnapshot.builder().name(PREFIX + name).help(help);
        values.forEach((word, value) -> gauge.dataPoint(GaugeDataPointSnapshot.builder()
                .labels(Labels.of(label, word))
                .value(value)
                .build()));
        metrics.metricSnapshot(gauge.build());
    }

    /** A count from the start of the process; {@code _total} is added to its name. */
    void counter(String name, String help, long value) {
        metrics.metricSnapshot(CounterSnapshot.builder()
                .name(PREFIX + name)
                .help(help)
                .dataPoint(
                        CounterDataPointSnapshot.builder().value((double) value).build())
                .build());
    }

    /** As above, one for each word of a label. */
    void counter(String name, String help, String label, Map<String, Long> values) {
        CounterSnapshot.Builder counter =
                CounterSnapshot.builder().name(PREFIX + name).help(help);
        values.forEach((word, value) -> counter.dataPoint(CounterDataPointSnapshot.builder()
                .labels(Labels.of(label, word))
                .value(value)
                .build()));
        metrics.metricSnapshot(counter.build());
    }

    /**
     * A histogram whose bounds are powers of two.
     *
     * @param scale the base unit in which one is told, in those that are counted: a million for microseconds
     * @param lowest the first bound is 2 to the power of this
     * @param highest the last bound is 2 to the power of this
     */
    void histogram(String name, String help, List<Distribution> parts, double scale, int lowest, int highest) {
        double[] bounds = new double[highest - lowest + 2];
        long[] counts = new long[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = i == bounds.length - 1 ? Double.POSITIVE_INFINITY : (1L << (lowest + i)) / scale;
        }
        long sum = 0;
        for (Distribution part : parts) {
            part.addTo(counts, lowest);
            sum += part.sum();
        }
        metrics.metricSnapshot(HistogramSnapshot.builder()
                .name(PREFIX + name)
                .help(help)
                .dataPoint(HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, counts))
                        .sum(sum / scale)
                        .build())
                .build());
    }
}
