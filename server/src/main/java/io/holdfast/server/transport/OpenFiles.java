// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How many sockets the process may hold: a store that cannot open a file fails, and with it everybody. */
final class OpenFiles {
    /** Files that sockets never take, between these bounds an eighth of what the system allows. */
    private static final long SPARE_MIN = 64;

    private static final long SPARE_MAX = 1_024;
    private static final long SOCKETS_MIN = 8;

    private OpenFiles() {}

    /** What the system allows this process, less what it has open now and some to spare. */
    static int socketsMax() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? socketsMax(system.getMaxFileDescriptorCount(), system.getOpenFileDescriptorCount())
                : Integer.MAX_VALUE;
    }

    static int socketsMax(long allowed, long open) {
        long spare = Math.max(SPARE_MIN, Math.min(SPARE_MAX, allowed / 8));
        return (int) Math.min(Integer.MAX_VALUE, Math.max(SOCKETS_MIN, allowed - open - spare));
    }
}
