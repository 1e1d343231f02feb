// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.commit;

import io.holdfast.benchmarks.jmh.broker.Permits;
import io.holdfast.benchmarks.jmh.broker.ScratchFolder;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The commit thread alone, on a real store with syncs: how to run: {@code ./holdfast jmh CommitThread}. So many messages
 * are handed over and not yet committed at all times; each is settled by its recipients in a later hand-over. With one
 * outstanding the time is that of a sync.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Benchmark)
public class CommitThreadBenchmark {
    static final int MESSAGES = 1_024;

    @Param({"1", "64", "1024"})
    public int outstanding;

    @Param("1")
    public int fanOut;

    /** Sessions that the messages go to in turn. */
    @Param("10000")
    public int sessions;

    private ScratchFolder scratch;
    private StoreFolder folder;
    private Permits committed;
    private CommitLoad load;

    @Setup
    public void start() {
        scratch = new ScratchFolder();
        folder = StoreFolder.open(scratch.path(), StoreOptions.defaults());
        load = new CommitLoad(folder.rows(), sessions, fanOut);
        committed = new Permits(load::rethrowFailure);
        load.start(outstanding, committed);
    }

    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public void message() {
        committed.await(MESSAGES);
    }

    @TearDown
    public void stop() throws InterruptedException {
        load.stop();
        folder.close();
        scratch.delete();
    }
}
