// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.measure;

import io.holdfast.benchmarks.load.result.PhaseResult;
import io.holdfast.benchmarks.load.result.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Measures one phase: a sample each second from a thread of its own, and the broker's cost over the whole of it.
 *
 * <p>Begin it when the load begins and end it when the last unit is done: both ends count. {@link #begin} and
 * {@link #end} belong to the scenario's thread; {@link Meter} is called by the sampler's.
 */
public final class Sampler {
    private static final int TICKS_PER_SAMPLE = 4;
    private static final long TICK_MILLIS = 250;
    /** A shorter rest at the end would show a rate that is mostly chance; its units still count in the total. */
    private static final double REST_SECONDS_MIN = 0.25;

    private static final int SIGNIFICANT_DIGITS = 3;

    private final PhasePlan plan;
    private final Meter meter;
    private final BrokerWatch watch;
    private final Consumer<Progress> eyes;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "bench-sampler");
        thread.setDaemon(true);
        return thread;
    });

    private final Histogram total = new Histogram(SIGNIFICANT_DIGITS);
    private final Histogram interval = new Histogram(SIGNIFICANT_DIGITS);
    private final List<Sample> timeline = new ArrayList<>();
    private final BrokerWatch.Reading before;
    private final long startNanos;
    // The interval's beginning.
    private long sampledNanos;
    private long sampledCount;
    private @Nullable Long sampledCpuMicros;
    private @Nullable ScheduledFuture<?> ticking;
    private int ticks;
    private Sample last = new Sample(0, 0, 0, 0, 0, 0, null, null);

    private Sampler(PhasePlan plan, Meter meter, BrokerWatch watch, Consumer<Progress> eyes) {
        this.plan = plan;
        this.meter = meter;
        this.watch = watch;
        this.eyes = eyes;
        before = watch.readStart();
        ProcessReading process = before.process();
        sampledCpuMicros = process == null ? null : process.cpuMicros();
        startNanos = System.nanoTime();
        sampledNanos = startNanos;
        sampledCount = meter.count();
    }

    /**
     * Begins a phase.
     *
     * @param eyes is shown the progress several times a second, on the sampler's thread
     */
    public static Sampler begin(PhasePlan plan, Meter meter, BrokerWatch watch, Consumer<Progress> eyes) {
        Sampler sampler = new Sampler(plan, meter, watch, eyes);
        sampler.ticking =
                sampler.clock.scheduleAtFixedRate(sampler::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        return sampler;
    }

    /** Ends the phase: its last units are done. Call once. */
    public PhaseResult end() throws InterruptedException {
        long endNanos = System.nanoTime();
        long count = meter.count();
        BrokerWatch.Reading after = watch.readEnd();
        requireTicking();
        clock.shutdownNow();
        if (!clock.awaitTermination(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the sampler of phase " + plan.name() + " does not end");
        }
        sample(endNanos, count);
        return new PhaseResult(
                plan.name(),
                plan.unit(),
                count,
                Duration.ofNanos(endNanos - startNanos),
                plan.latencyOf(),
                total,
                timeline,
                BrokerWatch.cost(before, after, count));
    }

    /** An exception ends the ticking silently; a timeline without its end is no result. */
    private void requireTicking() throws InterruptedException {
        if (ticking != null && ticking.isDone()) {
            try {
                ticking.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("sampling phase " + plan.name() + " failed", e.getCause());
            }
        }
    }

    private void tick() {
        long nanos = System.nanoTime();
        ticks++;
        if (ticks % TICKS_PER_SAMPLE == 0) {
            sample(nanos, meter.count());
        }
        Duration elapsed = Duration.ofNanos(nanos - startNanos);
        double fraction = plan.fraction(meter.count(), elapsed);
        Duration left = fraction == 0 ? null : Duration.ofNanos((long) (elapsed.toNanos() * (1 - fraction) / fraction));
        eyes.accept(new Progress(plan, fraction, last, left));
    }

    private void sample(long nanos, long count) {
        double seconds = (nanos - sampledNanos) / 1e9;
        interval.reset();
        meter.drainLatencies(interval);
        total.add(interval);
        if (seconds < REST_SECONDS_MIN && !timeline.isEmpty()) {
            return;
        }
        BrokerProcess process = watch.process();
        ProcessReading reading = process == null ? null : process.read();
        Long cpuMicros = reading == null ? null : Long.valueOf(reading.cpuMicros());
        last = new Sample(
                (nanos - startNanos) / 1e9,
                count - sampledCount,
                seconds == 0 ? 0 : (count - sampledCount) / seconds,
                micros(50),
                micros(99),
                micros(99.9),
                cpuMicros == null || sampledCpuMicros == null ? null : cpuMicros - sampledCpuMicros,
                reading == null ? null : reading.rssBytes());
        timeline.add(last);
        sampledNanos = nanos;
        sampledCount = count;
        sampledCpuMicros = cpuMicros;
    }

    private double micros(double percentile) {
        return interval.getTotalCount() == 0 ? 0 : interval.getValueAtPercentile(percentile) / 1_000.0;
    }
}
