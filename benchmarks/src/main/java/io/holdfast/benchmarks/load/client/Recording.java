// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import io.holdfast.benchmarks.load.measure.Meter;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/** What happened how often and how fast: written by all event loops, each into a recorder of its own. */
public final class Recording implements Meter {
    /** Three digits: a percentile is right to 0.1 %. */
    private static final int DIGITS = 3;

    private final LongAdder count = new LongAdder();
    private final SingleWriterRecorder[] recorders;
    private final @Nullable Histogram[] spare;
    private volatile long before;

    public Recording(LoadLoops loops) {
        recorders = new SingleWriterRecorder[loops.count()];
        spare = new @Nullable Histogram[loops.count()];
        for (int i = 0; i < recorders.length; i++) {
            recorders[i] = new SingleWriterRecorder(DIGITS);
        }
    }

    /** One more, with its latency; on the loop that is named. */
    public void add(LoadLoop loop, long nanos) {
        recorders[loop.index()].recordValue(Math.max(0, nanos));
        count.increment();
    }

    /** So many more, whose latency nobody knows. */
    void add(int more) {
        count.add(more);
    }

    /** A meter that begins when it is first asked for its count: what was before, a warm-up, it does not know. */
    public Meter fromNow() {
        return new Meter() {
            private boolean begun;

            @Override
            public long count() {
                if (!begun) {
                    begun = true;
                    restart();
                }
                return Recording.this.count();
            }

            @Override
            public void drainLatencies(Histogram into) {
                Recording.this.drainLatencies(into);
            }
        };
    }

    /** The counts alone, when the latencies mean nothing to the phase. */
    public Meter withoutLatencies() {
        return new Meter() {
            @Override
            public long count() {
                return Recording.this.count();
            }

            @Override
            public void drainLatencies(Histogram into) {}
        };
    }

    private void restart() {
        before = count.sum();
        for (SingleWriterRecorder recorder : recorders) {
            recorder.reset();
        }
    }

    /** All since the beginning, restarts or not. */
    public long total() {
        return count.sum();
    }

    @Override
    public long count() {
        return count.sum() - before;
    }

    @Override
    public void drainLatencies(Histogram into) {
        for (int i = 0; i < recorders.length; i++) {
            Histogram interval = recorders[i].getIntervalHistogram(spare[i]);
            into.add(interval);
            spare[i] = interval;
        }
    }
}
