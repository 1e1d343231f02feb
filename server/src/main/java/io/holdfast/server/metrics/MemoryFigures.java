// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.metrics;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/**
 * Memory that the Java virtual machine uses and may use, in bytes. The store's is not in it.
 *
 * @param heap in use inside the heap
 * @param heapMax the most that the heap may become
 * @param direct buffers outside the heap
 * @param directMax the most that they may become
 */
public record MemoryFigures(long heap, long heapMax, long direct, long directMax) {
    /** As it is now. Any thread. */
    public static MemoryFigures now() {
        Runtime runtime = Runtime.getRuntime();
        // Netty takes most of its memory past the JVM's own book, and then keeps a book itself; -1 when it does not.
        long direct = Math.max(0, PlatformDependent.usedDirectMemory());
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            direct += pool.getName().equals("direct") ? pool.getMemoryUsed() : 0;
        }
        return new MemoryFigures(
                runtime.totalMemory() - runtime.freeMemory(),
                runtime.maxMemory(),
                direct,
                PlatformDependent.maxDirectMemory());
    }
}
