// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The disk alone: small appends, each followed by an fdatasync, one after the other. What no broker can be faster than.
 *
 * @param folder on the device that the brokers write to
 */
record DiskLane(Path folder, Duration duration) implements Lane {
    static final String PHASE = "fdatasync";
    /** About what one message costs in a log. */
    private static final int BYTES = 256;

    @Override
    public String label() {
        return "the disk: append " + BYTES + " bytes, fdatasync";
    }

    @Override
    public @Nullable Contender contender() {
        return null;
    }

    @Override
    public String command() {
        return "";
    }

    @Override
    public void measure(Bench bench, @Nullable BrokerChild broker, Figures into) throws IOException {
        Path file = folder.resolve("disk-probe");
        Histogram nanos = new Histogram(3);
        ByteBuffer block = ByteBuffer.allocateDirect(BYTES);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            long end = System.nanoTime() + duration.toNanos();
            for (long before = System.nanoTime(); before < end; before = System.nanoTime()) {
                while (block.hasRemaining()) {
                    channel.write(block);
                }
                block.clear();
                channel.force(false);
                nanos.recordValue(System.nanoTime() - before);
            }
        } finally {
            Files.deleteIfExists(file);
        }
        into.add(PHASE, Metric.P50, nanos.getValueAtPercentile(50) / 1_000.0);
        into.add(PHASE, Metric.P99, nanos.getValueAtPercentile(99) / 1_000.0);
        into.add(PHASE, Metric.RATE, nanos.getTotalCount() * 1e9 / duration.toNanos());
    }
}
