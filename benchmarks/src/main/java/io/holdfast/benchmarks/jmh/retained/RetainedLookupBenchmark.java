// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.retained;

import io.holdfast.benchmarks.jmh.broker.ScratchFolder;
import io.holdfast.storage.store.Durability;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * All retained messages for a new subscription, in a store that holds many: how to run: {@code ./holdfast jmh Retained}.
 * Rows are in table files, and read in slices of a group each, as the broker reads them; the device is not waited for.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class RetainedLookupBenchmark {
    /** What is subscribed to; topics are {@code site/S/machine/M/state} for a hundred sites. */
    public enum Filter {
        EXACT("site/7/machine/7/state"),
        /** One match, but rows of all sites are looked at. */
        PLUS_FIRST("site/+/machine/7/state"),
        /** Every machine of a site: one of a hundred rows. */
        PLUS_LAST("site/7/machine/+/state"),
        /** The same by a number sign. */
        HASH("site/7/#");

        private final String text;

        Filter(String text) {
            this.text = text;
        }
    }

    @Param
    public Filter filter;

    @Param("100000")
    public int retained;

    private ScratchFolder scratch;
    private StoreFolder folder;
    private RetainedStore store;

    @Setup
    public void fill() {
        scratch = new ScratchFolder();
        // Syncs are other benchmarks' business.
        StoreOptions options = StoreOptions.defaults().withDurability(Durability.OS, Duration.ZERO);
        folder = StoreFolder.open(scratch.path(), options);
        store = new RetainedStore(folder.rows());
        store.fill(retained);
    }

    @Benchmark
    public int subscription() {
        int found = store.lookUp(filter.text);
        if (found == 0) {
            throw new IllegalStateException("nothing is retained for " + filter.text);
        }
        return found;
    }

    @TearDown
    public void close() {
        folder.close();
        scratch.delete();
    }
}
