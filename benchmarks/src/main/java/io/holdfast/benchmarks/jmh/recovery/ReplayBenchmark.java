// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.recovery;

import io.holdfast.benchmarks.jmh.Cost;
import io.holdfast.benchmarks.jmh.broker.ScratchFolder;
import io.holdfast.benchmarks.jmh.session.BusySessions;
import io.holdfast.benchmarks.jmh.session.SingleThreadBroker;
import io.holdfast.storage.commit.StartState;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.store.Durability;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
 * The start after a crash: opens a store with a tail of the log that no checkpoint covers, and folds that tail over the
 * sessions: how to run: {@code ./holdfast jmh Replay -p sessions=10000,200000}. {@code part.cpu} and {@code part.alloc} are
 * for a MiB of the tail. The first rounds are what a start feels, as a JVM that has just begun is cold.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 5)
@Fork(value = 1, jvmArgsAppend = "-Xmx3g")
@State(Scope.Thread)
public class ReplayBenchmark {
    private static final int BURST = 1_000;

    @Param("64")
    public int tailMiB;

    @Param("10000")
    public int sessions;

    private ScratchFolder crashed;
    private ScratchFolder copy;
    private @Nullable StoreFolder opened;

    /** A store whose broker dies: its files are copied while it is open. */
    @Setup
    public void crash() {
        ScratchFolder alive = new ScratchFolder();
        StoreOptions options = StoreOptions.defaults().withDurability(Durability.OS, Duration.ZERO);
        try (StoreFolder folder = StoreFolder.open(alive.path(), options)) {
            SingleThreadBroker broker = new SingleThreadBroker(folder.rows());
            BusySessions busy = new BusySessions(broker, sessions);
            while (broker.logBytes() < (long) tailMiB << 20) {
                busy.publish(BURST);
            }
            crashed = alive.copy();
        }
        alive.delete();
    }

    @Setup(Level.Invocation)
    public void copy() {
        copy = crashed.copy();
    }

    @Benchmark
    public long start() {
        Cost cost = Cost.start();
        StoreFolder folder = StoreFolder.open(copy.path(), StoreOptions.defaults());
        opened = folder;
        LogReplay replay = new LogReplay(folder.rows(), IndexSpace.STANDARD).run();
        long position = StartState.read(folder.rows(), replay).position();
        cost.show(tailMiB);
        if (replay.sessions().isEmpty()) {
            throw new IllegalStateException("the tail is empty");
        }
        return position;
    }

    @TearDown(Level.Invocation)
    public void deleteCopy() {
        if (opened != null) {
            opened.close();
        }
        copy.delete();
    }

    @TearDown
    public void delete() {
        crashed.delete();
    }
}
