// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * How many sockets the process may hold: a store that cannot open a file fails, and with it everybody. The store's files
 * become more with its size, so what others have open is counted again and again. The accepting thread only.
 */
final class OpenFiles {
    /** Files that sockets never take, between these bounds an eighth of what the system allows. */
    private static final long SPARE_MIN = 64;

    private static final long SPARE_MAX = 1_024;
    private static final long SOCKETS_MIN = 8;

    /** Counting reads a folder with an entry for each open file: tens of milliseconds with 100,000 of them. */
    private static final long COUNT_NANOS = 5_000_000_000L;

    private long nextCountNanos = System.nanoTime();
    private int socketsMax = Integer.MAX_VALUE;

    /**
     * What the system allows this process, less what is open beside sockets and some to spare.
     *
     * @param sockets open now
     */
    int socketsMax(int sockets) {
        long now = System.nanoTime();
        if (now - nextCountNanos >= 0
                && ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            nextCountNanos = now + COUNT_NANOS;
            long others = Math.max(0, system.getOpenFileDescriptorCount() - sockets);
            socketsMax = socketsMax(system.getMaxFileDescriptorCount(), others);
        }
        return socketsMax;
    }

    static int socketsMax(long allowed, long others) {
        long spare = Math.max(SPARE_MIN, Math.min(SPARE_MAX, allowed / 8));
        return (int) Math.min(Integer.MAX_VALUE, Math.max(SOCKETS_MIN, allowed - others - spare));
    }
}
