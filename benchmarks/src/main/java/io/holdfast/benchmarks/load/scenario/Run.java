// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import com.sun.management.UnixOperatingSystemMXBean;
import io.holdfast.benchmarks.load.client.Access;
import io.holdfast.benchmarks.load.client.Crew;
import io.holdfast.benchmarks.load.client.LoadClient;
import io.holdfast.benchmarks.load.client.LoadException;
import io.holdfast.benchmarks.load.client.LoadLoops;
import io.holdfast.benchmarks.load.measure.BrokerWatch;
import io.holdfast.benchmarks.load.measure.Meter;
import io.holdfast.benchmarks.load.measure.PhasePlan;
import io.holdfast.benchmarks.load.measure.Progress;
import io.holdfast.benchmarks.load.measure.Sampler;
import io.holdfast.benchmarks.load.output.LiveLine;
import io.holdfast.benchmarks.load.result.PhaseResult;
import io.holdfast.benchmarks.load.result.Sample;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** What a scenario works with, and what it has found so far. The scenario's thread. */
final class Run implements AutoCloseable {
    /** Class files, the result's files, and what a library opens for a moment. */
    private static final int FILES_SPARE = 64;

    private static final long SHOW_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final LiveLine line;
    private final Waiting waiting;
    private final Access access;
    private BrokerWatch watch;
    private final LoadLoops loops;
    private final String name;
    private final boolean keepsSessions;
    private final List<PhaseResult> phases = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<Crew> crews = new ArrayList<>();
    private final List<Runnable> cleanings = new ArrayList<>();
    private boolean failed;
    private long shownNanos;

    Run(TargetOptions target, Interruption interruption, LiveLine line) {
        this.line = line;
        access = target.access();
        watch = target.watch();
        keepsSessions = target.keepsSessions();
        waiting = new Waiting(interruption, target.patience());
        int number = ThreadLocalRandom.current().nextInt();
        name = "bench-" + Integer.toHexString(number);
        loops = new LoadLoops(target.loops(), number);
    }

    // ---- what it works with

    LoadLoops loops() {
        return loops;
    }

    Access access() {
        return access;
    }

    BrokerWatch watch() {
        return watch;
    }

    /** From now on the broker is another process. */
    void watch(BrokerWatch successor) {
        watch = successor;
    }

    /** A name that no other run has: the root of its topics. */
    String name() {
        return name;
    }

    /** Clients of a sort, whose losses end in the notes. */
    Crew crew(String sort) {
        return crew(sort, loops);
    }

    /** As above on event loops of their own, so that the load of the others is not in their way. */
    Crew crew(String sort, LoadLoops on) {
        Crew crew = new Crew(on, access, name + "-" + sort + "-");
        crews.add(crew);
        return crew;
    }

    /** Says so at once when the system would not let this process open so many connections at a time. */
    static void requireConnections(long connections) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            long free = system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount() - FILES_SPARE;
            if (connections > free) {
                throw new LoadException("this takes " + connections + " connections at a time, and this process may"
                        + " open " + Math.max(0, free) + "; raise the limit with 'ulimit -n'");
            }
        }
    }

    /** Clients without any duty. */
    List<LoadClient> clients(String sort, int count) {
        return clients(crew(sort), count);
    }

    /** As above of a crew that is there. */
    static List<LoadClient> clients(Crew crew, int count) {
        List<LoadClient> clients = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            clients.add(new LoadClient(crew, i));
        }
        return clients;
    }

    /** Begins to measure a phase that the live line shows. */
    Sampler begin(PhasePlan plan, Meter meter) {
        return Sampler.begin(plan, meter, watch, line);
    }

    /** Begins to measure a phase beside another one. */
    Sampler beginUnseen(PhasePlan plan, Meter meter) {
        return Sampler.begin(plan, meter, watch, progress -> {});
    }

    /** Shows how far something is that is not measured; at most a few times a second. */
    void show(String what, long done, long all, long startNanos) {
        long nowNanos = System.nanoTime();
        if (nowNanos - shownNanos < SHOW_NANOS) {
            return;
        }
        shownNanos = nowNanos;
        double seconds = (nowNanos - startNanos) / 1e9;
        Sample soFar = new Sample(seconds, done, done / seconds, 0, 0, 0, null, null);
        double fraction = Math.min(1, done / (double) all);
        Duration left = done == 0 ? null : TargetOptions.seconds(seconds * (1 - fraction) / fraction);
        line.accept(new Progress(PhasePlan.counting(what, "client", "", all), fraction, soFar, left));
    }

    Waiting waiting() {
        return waiting;
    }

    // ---- what it has found

    void add(PhaseResult phase) {
        line.close();
        phases.add(phase);
    }

    List<PhaseResult> phases() {
        return phases;
    }

    /** A sentence for the reader of the result. */
    void note(String sentence) {
        notes.add(sentence);
    }

    /** A sentence for the reader about what must not be; the exit code tells too. */
    void fail(String sentence) {
        failed = true;
        note(sentence);
    }

    /** Whether a connection has ended that should not have. */
    boolean hasLost() {
        return crews.stream().anyMatch(crew -> crew.lost() > 0);
    }

    boolean hasFailed() {
        return failed;
    }

    List<String> notes() {
        return notes;
    }

    // ---- the end

    /** Something that ends sessions of this run, to be done when all was measured and the user did not say --keep. */
    void afterwards(Runnable cleaning) {
        cleanings.add(cleaning);
    }

    /** Looks after lost connections and ends the sessions that were made. */
    void cleanUp() {
        for (Crew crew : crews) {
            if (crew.lost() > 0) {
                fail(crew.lost() + " connections were lost; the first: " + crew.firstLoss() + ".");
            }
        }
        if (!keepsSessions) {
            cleanings.forEach(Runnable::run);
        }
        line.close();
    }

    @Override
    public void close() {
        loops.close();
    }
}
