// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.doctor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** How long a sync takes in the data folder: every acknowledgement waits for one. */
final class SyncCheck {
    private static final int SYNCS = 200;
    private static final long NANOS_MAX = 3_000_000_000L;
    private static final int RECORD_BYTES = 4_096;
    private static final long SLOW_NANOS = 50_000_000;
    private static final long TOO_QUICK_NANOS = 15_000;
    private static final String NAME = "sync";

    private SyncCheck() {}

    /** Writes and syncs for at most three seconds, in a file that has no name. */
    static Diagnosis look(Path folder) {
        try {
            long[] nanos = measure(folder);
            return judge(nanos[nanos.length / 2], nanos[(nanos.length - 1) * 99 / 100], nanos.length);
        } catch (IOException e) {
            return Diagnosis.fail(
                    NAME, "nothing can be written and synced in " + folder + ": " + e.getMessage(), "check the disk");
        }
    }

    private static long[] measure(Path folder) throws IOException {
        Path file = Files.createTempFile(folder, "holdfast-doctor", ".tmp");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            Files.delete(file); // Now: a doctor that is killed leaves nothing behind.
            ByteBuffer record = ByteBuffer.allocateDirect(RECORD_BYTES);
            long[] nanos = new long[SYNCS];
            long start = System.nanoTime();
            int count = 0;
            while (count < SYNCS && System.nanoTime() - start < NANOS_MAX) {
                record.clear();
                while (record.hasRemaining()) {
                    channel.write(record);
                }
                long before = System.nanoTime();
                channel.force(false);
                nanos[count++] = System.nanoTime() - before;
            }
            long[] sorted = Arrays.copyOf(nanos, count);
            Arrays.sort(sorted);
            return sorted;
        }
    }

    static Diagnosis judge(long medianNanos, long p99Nanos, int count) {
        String what = "a sync takes " + Quantity.millis(medianNanos) + " (p50) to " + Quantity.millis(p99Nanos)
                + " (p99), of " + count;
        if (medianNanos < TOO_QUICK_NANOS) {
            return Diagnosis.warn(
                    NAME,
                    what + ": too quick for a device, so it may reach memory only",
                    "check that neither the disk nor a virtual machine ignores syncs");
        }
        if (p99Nanos > SLOW_NANOS) {
            return Diagnosis.warn(
                    NAME,
                    what + ": every acknowledgement waits that long",
                    "use a quicker disk, or say store.durability = interval and accept what that means");
        }
        return Diagnosis.ok(NAME, what + "; every acknowledgement waits for one, many share it");
    }
}
