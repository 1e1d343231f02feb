// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The Java that runs this, which is the one that would run the broker, and its heap. */
final class JavaCheck {
    private static final long HEAP_BYTES_MIN = 256L << 20;
    private static final double HEAP_SHARE_MAX = 0.75;

    private JavaCheck() {}

    /** Looks. {@code memoryInfo} is {@code /proc/meminfo}. */
    static Diagnosis look(Path memoryInfo) {
        long heap = Runtime.getRuntime().maxMemory();
        long memory = memoryBytes(memoryInfo);
        String what = "Java " + Runtime.version() + ", heap at most " + Quantity.bytes(heap)
                + (memory > 0 ? " of " + Quantity.bytes(memory) + " of memory" : "");
        if (heap < HEAP_BYTES_MIN) {
            return Diagnosis.warn(
                    "java",
                    what + ": little for more than some thousand clients",
                    "set HOLDFAST_JAVA_OPTS=-Xmx512m or more");
        }
        if (memory > 0 && heap > HEAP_SHARE_MAX * memory) {
            return Diagnosis.warn(
                    "java",
                    what + ": the store's cache and the system's need room besides",
                    "set HOLDFAST_JAVA_OPTS=-Xmx to half of the memory");
        }
        return Diagnosis.ok("java", what);
    }

    /** All memory of this machine, or 0 if it is not told. */
    private static long memoryBytes(Path memoryInfo) {
        try {
            for (String line : Files.readAllLines(memoryInfo)) {
                if (line.startsWith("MemTotal:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
                }
            }
            return 0;
        } catch (IOException e) {
            return 0; // Another system than Linux: then only the heap is judged.
        }
    }
}
