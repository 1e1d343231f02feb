// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A scenario of the load tool against a broker. */
record BenchLane(String label, Contender contender, List<String> arguments) implements Lane {
    @Override
    public String command() {
        return "bench " + String.join(" ", arguments);
    }

    @Override
    public void measure(Bench bench, @Nullable BrokerChild broker, Figures into)
            throws IOException, InterruptedException {
        if (broker != null) {
            Object result = bench.run(broker, arguments, into);
            Bench.keep(result, into);
        }
    }

    /** The same at half of the rate that the broker reaches, with latencies counted from when messages were due. */
    record HalfRate(BenchLane full) implements Lane {
        private static final String PHASE = "publish";

        @Override
        public String label() {
            return full.label() + ", half rate";
        }

        @Override
        public Contender contender() {
            return full.contender();
        }

        @Override
        public String command() {
            return full.command() + " --rate HALF";
        }

        @Override
        public void measure(Bench bench, @Nullable BrokerChild broker, Figures into)
                throws IOException, InterruptedException {
            if (broker == null) {
                return;
            }
            Figures saturated = new Figures();
            Bench.keep(bench.run(broker, full.arguments(), saturated), saturated);
            Figures.Spread rate = saturated.spread(PHASE, Metric.RATE);
            saturated.notes().forEach(saturated.isClean() ? into::note : into::unclean);
            if (rate != null) {
                List<String> half = new ArrayList<>(full.arguments());
                half.add("--rate");
                half.add(Long.toString(Math.max(1, Math.round(rate.median() / 2))));
                Bench.keep(bench.run(broker, half, into), into);
            }
        }
    }
}
