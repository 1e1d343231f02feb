// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Measures a row: starts its brokers, warms all of them for the same time, then lets the lanes take turns, A B B A, so
 * that whatever else the machine does meets all of them alike. Brokers whose turn it is not are paused.
 *
 * @param warmup how long each lane's load warms its broker
 */
record Rounds(Path folder, Bench bench, int count, Duration warmup, PrintWriter progress) {
    /** The figures of each lane, by its label. */
    Map<String, Figures> measure(Row row) throws IOException, InterruptedException {
        Map<String, Figures> figures = new LinkedHashMap<>();
        Map<String, BrokerChild> brokers = new LinkedHashMap<>();
        List<Lane> able = new ArrayList<>();
        try {
            for (Lane lane : row.lanes()) {
                Figures own = new Figures();
                figures.put(lane.label(), own);
                if (prepare(lane, brokers, own)) {
                    able.add(lane);
                }
            }
            for (int round = 0; round < count; round++) {
                for (Lane lane : able) {
                    turn(lane, brokers, figures.getOrDefault(lane.label(), new Figures()));
                }
                say(row.name() + ": round " + (round + 1) + " of " + count);
                Collections.reverse(able);
            }
        } finally {
            for (BrokerChild broker : brokers.values()) {
                broker.end();
            }
        }
        return figures;
    }

    /** Starts the lane's broker unless another lane has, and warms it with this lane's load. */
    private boolean prepare(Lane lane, Map<String, BrokerChild> brokers, Figures notes) throws InterruptedException {
        Contender contender = lane.contender();
        if (contender == null) {
            return true;
        }
        try {
            BrokerChild broker = brokers.get(contender.name());
            if (broker == null) {
                broker = BrokerChild.start(contender, folder);
                brokers.put(contender.name(), broker);
            } else {
                broker.resume();
            }
            long end = System.nanoTime() + warmup.toNanos();
            Figures cold = new Figures();
            do {
                lane.measure(bench, broker, cold);
            } while (System.nanoTime() < end);
            broker.pause();
            return true;
        } catch (IOException e) {
            notes.note(String.valueOf(e.getMessage()));
            say(lane.label() + ": " + e.getMessage());
            return false;
        }
    }

    private void turn(Lane lane, Map<String, BrokerChild> brokers, Figures into) throws InterruptedException {
        Contender contender = lane.contender();
        @Nullable BrokerChild broker = contender == null ? null : brokers.get(contender.name());
        try {
            if (broker != null) {
                broker.resume();
            }
            lane.measure(bench, broker, into);
            if (broker != null) {
                broker.pause();
            }
        } catch (IOException e) {
            into.unclean("A round failed: " + e.getMessage());
        }
    }

    private void say(String line) {
        progress.println(line);
        progress.flush();
    }
}
