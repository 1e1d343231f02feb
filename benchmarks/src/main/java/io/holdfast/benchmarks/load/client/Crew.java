// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Clients of one sort, numbered from 0: where they connect to, how they are called, how many were lost. Any thread. */
public final class Crew {
    private final LoadLoops loops;
    private final Access access;
    private final String prefix;
    private volatile boolean endExpected;
    private final LongAdder lost = new LongAdder();
    private final AtomicReference<@Nullable String> firstLoss = new AtomicReference<>();

    /**
     * A crew without clients: they join by being made.
     *
     * @param prefix of the client identifiers; the client's number follows
     */
    public Crew(LoadLoops loops, Access access, String prefix) {
        this.loops = loops;
        this.access = access;
        this.prefix = prefix;
    }

    LoadLoops loops() {
        return loops;
    }

    Access access() {
        return access;
    }

    String clientId(int number) {
        return prefix + number;
    }

    /** Whether the end of the broker is expected: then connections that end with it are not lost. */
    public void expectEnd(boolean expected) {
        endExpected = expected;
    }

    void lost(String reason) {
        if (endExpected) {
            return;
        }
        firstLoss.compareAndSet(null, reason);
        lost.increment();
    }

    /** Connections that ended without having been asked to. */
    public long lost() {
        return lost.sum();
    }

    /** Why the first of them ended. */
    public String firstLoss() {
        String reason = firstLoss.get();
        return reason == null ? "" : reason;
    }
}
