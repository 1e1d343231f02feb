// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.output;

import io.holdfast.benchmarks.load.result.PhaseResult;
import io.holdfast.benchmarks.load.result.Sample;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** The plots of a phase. Needs no display; works with {@code java.awt.headless=true}. */
final class Plots {
    private static final String TIME = "seconds since the start of the phase";
    private static final int STEPS_PER_HALF_DISTANCE = 10;

    /** A plot with the heading that belongs over it. */
    record Titled(String title, String svg) {}

    private Plots() {}

    /** All plots that the phase has figures for, in a fixed order. */
    static List<Titled> of(PhaseResult phase, String id) {
        List<Titled> plots = new ArrayList<>();
        List<Sample> samples = phase.timeline();
        List<Sample> timed =
                samples.stream().filter(sample -> sample.p50Micros() > 0).toList();
        List<Sample> watched = samples.stream()
                .filter(sample -> sample.cpuMicros() != null && sample.count() > 0)
                .toList();
        if (!samples.isEmpty()) {
            plots.add(throughput(phase, samples, id + "-rate"));
        }
        if (!timed.isEmpty()) {
            plots.add(latency(phase, timed, id + "-latency"));
        }
        if (phase.latencyNanos().getTotalCount() > 0) {
            plots.add(percentiles(phase, id + "-percentiles"));
        }
        if (!watched.isEmpty()) {
            plots.add(cpu(phase, watched, id + "-cpu"));
        }
        return plots;
    }

    private static Titled throughput(PhaseResult phase, List<Sample> samples, String id) {
        String units = ResultTable.plural(phase.unit());
        List<Double> rates = ys(samples, Sample::perSecond);
        String svg = Plot.of(TIME, units + " per second")
                .fromZero(Collections.max(rates))
                .xFromZero(Collections.max(xs(samples)))
                .yLabels(Amounts::count)
                .svg(id, "Throughput over time", List.of(new Plot.Line(units, xs(samples), rates)));
        return new Titled("Throughput", svg);
    }

    private static Titled latency(PhaseResult phase, List<Sample> samples, String id) {
        List<Double> x = xs(samples);
        List<Double> p50 = ys(samples, Sample::p50Micros);
        List<Double> p999 = ys(samples, Sample::p999Micros);
        String svg = Plot.of(TIME, "latency")
                .logarithmic(Collections.min(p50), Collections.max(p999))
                .xFromZero(Collections.max(x))
                .yLabels(Amounts::micros)
                .svg(
                        id,
                        "Latency over time: " + phase.latencyOf(),
                        List.of(
                                new Plot.Line("p50", x, p50),
                                new Plot.Line("p99", x, ys(samples, Sample::p99Micros)),
                                new Plot.Line("p99.9", x, p999)));
        return new Titled("Latency, " + phase.latencyOf(), svg);
    }

    /** x is how rare a latency is, 1 in x: the decades are then 90, 99, 99.9 percent, and the tail is not squeezed. */
    private static Titled percentiles(PhaseResult phase, String id) {
        Histogram histogram = phase.latencyNanos();
        double rarest = Math.max(10, histogram.getTotalCount());
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        for (HistogramIterationValue value : histogram.percentiles(STEPS_PER_HALF_DISTANCE)) {
            double above = 1 - value.getPercentileLevelIteratedTo() / 100;
            x.add(above <= 0 ? rarest : Math.min(rarest, 1 / above));
            y.add(value.getValueIteratedTo() / 1_000.0);
        }
        String svg = Plot.of("percent of the " + ResultTable.plural(phase.unit()), "latency")
                .logarithmic(Collections.min(y), Collections.max(y))
                .xDecades(Math.pow(10, Math.ceil(Math.log10(rarest))))
                .xLabels(Plots::percent)
                .yLabels(Amounts::micros)
                .svg(id, "Latency by percentile", List.of(new Plot.Line("latency", x, y)));
        return new Titled("Percentiles, " + phase.latencyOf(), svg);
    }

    private static Titled cpu(PhaseResult phase, List<Sample> samples, String id) {
        List<Double> micros = ys(samples, sample -> cpuMicros(sample) / sample.count());
        String svg = Plot.of(TIME, "CPU us per " + phase.unit())
                .fromZero(Collections.max(micros))
                .xFromZero(Collections.max(xs(samples)))
                .yLabels(cost -> String.format(Locale.ROOT, "%.2f", cost))
                .svg(id, "Broker CPU over time", List.of(new Plot.Line("CPU", xs(samples), micros)));
        return new Titled("Broker CPU per " + phase.unit(), svg);
    }

    private static double cpuMicros(Sample sample) {
        Long micros = sample.cpuMicros();
        return micros == null ? 0 : micros.doubleValue();
    }

    /** 10 is 90 %, 1,000 is 99.9 %: as many nines as decades. */
    static String percent(double oneIn) {
        int nines = (int) Math.round(Math.log10(Math.max(1, oneIn)));
        return switch (nines) {
            case 0 -> "0";
            case 1 -> "90";
            default -> String.format(Locale.ROOT, "%." + (nines - 2) + "f", 100 - Math.pow(10, 2 - nines));
        };
    }

    private static List<Double> xs(List<Sample> samples) {
        return ys(samples, Sample::seconds);
    }

    private static List<Double> ys(List<Sample> samples, ToDoubleFunction<Sample> value) {
        return samples.stream().mapToDouble(value).boxed().toList();
    }
}
