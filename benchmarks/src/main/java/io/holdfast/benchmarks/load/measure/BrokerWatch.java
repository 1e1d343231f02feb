// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.measure;

import io.holdfast.benchmarks.load.result.ProcessCost;
import io.holdfast.benchmarks.load.result.Target;
import org.jspecify.annotations.Nullable;

/** A broker under load: where its process and its {@code $SYS} topics are. Any thread. */
public final class BrokerWatch {
    /** Both sources at one moment. */
    record Reading(@Nullable ProcessReading process, BrokerFacts facts) {}

    private final String host;
    private final int port;
    private final @Nullable BrokerProcess process;
    private final BrokerFacts facts;

    private BrokerWatch(String host, int port, @Nullable BrokerProcess process, BrokerFacts facts) {
        this.host = host;
        this.port = port;
        this.process = process;
        this.facts = facts;
    }

    /**
     * Asks the broker once for what it tells of itself.
     *
     * @param process its process on this machine, or null when it was not named
     */
    public static BrokerWatch of(String host, int port, @Nullable BrokerProcess process) {
        return new BrokerWatch(host, port, process, BrokerFacts.ask(host, port));
    }

    /** The broker as a result names it. */
    public Target target() {
        return new Target(host, port, facts.broker(), facts.version(), facts.durability());
    }

    @Nullable
    BrokerProcess process() {
        return process;
    }

    /** The reading at a phase's start: asking the broker takes some milliseconds, so the process comes last. */
    Reading readStart() {
        BrokerFacts told = ask();
        return new Reading(process == null ? null : process.read(), told);
    }

    /** The reading at a phase's end: the process first, while what it spent is still the phase's. */
    Reading readEnd() {
        ProcessReading now = process == null ? null : process.read();
        return new Reading(now, ask());
    }

    /** Only a broker that told its syncs once is asked again. */
    private BrokerFacts ask() {
        return facts.syncs() == null ? facts : BrokerFacts.ask(host, port);
    }

    /** What lies between two readings, or null without a process. */
    static @Nullable ProcessCost cost(Reading before, Reading after, long units) {
        ProcessReading first = before.process();
        ProcessReading last = after.process();
        if (first == null || last == null) {
            return null;
        }
        return new ProcessCost(
                last.cpuMicros() - first.cpuMicros(),
                units,
                last.rssBytes(),
                last.rssPeakBytes(),
                difference(first.bytesWritten(), last.bytesWritten()),
                difference(before.facts().syncs(), after.facts().syncs()),
                after.facts().syncTimes().p99MicrosSince(before.facts().syncTimes()));
    }

    private static @Nullable Long difference(@Nullable Long first, @Nullable Long last) {
        return first == null || last == null ? null : last - first;
    }
}
