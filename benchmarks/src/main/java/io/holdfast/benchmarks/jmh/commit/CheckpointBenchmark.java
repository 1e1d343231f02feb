// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.commit;

import io.holdfast.benchmarks.jmh.Cost;
import io.holdfast.benchmarks.jmh.broker.ScratchFolder;
import io.holdfast.benchmarks.jmh.session.BusySessions;
import io.holdfast.benchmarks.jmh.session.SingleThreadBroker;
import io.holdfast.storage.store.Durability;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * One turn of the hand over dirty sessions: their rows are made, handed over and written: how to run:
 * {@code ./holdfast jmh Checkpoint -p dirty=10000,200000}. The time is that of the whole turn, {@code part.cpu} and
 * {@code part.alloc} are for a session. Nothing is synced, as rows of checkpoints never ask for a sync of their own.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 10)
@Fork(value = 1, jvmArgsAppend = "-Xmx3g")
@State(Scope.Thread)
public class CheckpointBenchmark {
    /** Single shots would otherwise show the interpreter. */
    private static final int WARM_UP_ROWS = 200_000;

    private static final int WARM_UP_TURNS = 20;

    /** Sessions that have changed since their last checkpoint. */
    @Param("10000")
    public int dirty;

    private ScratchFolder scratch;
    private StoreFolder folder;
    private SingleThreadBroker broker;
    private BusySessions sessions;

    @Setup
    public void connect() {
        scratch = new ScratchFolder();
        StoreOptions options = StoreOptions.defaults().withDurability(Durability.OS, Duration.ZERO);
        folder = StoreFolder.open(scratch.path(), options);
        broker = new SingleThreadBroker(folder.rows());
        sessions = new BusySessions(broker, dirty);
        for (int turn = 0; turn < WARM_UP_TURNS && turn * dirty < WARM_UP_ROWS; turn++) {
            change();
            broker.checkpoint();
        }
    }

    @Setup(Level.Invocation)
    public void change() {
        sessions.publish(dirty);
    }

    @Benchmark
    public void turn() {
        Cost cost = Cost.start();
        broker.checkpoint();
        cost.show(dirty);
    }

    @TearDown
    public void close() {
        folder.close();
        scratch.delete();
    }
}
