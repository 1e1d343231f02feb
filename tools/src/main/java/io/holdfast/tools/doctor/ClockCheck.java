// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Whether wall clock and monotonic clock agree, and whether something keeps the wall clock right: expiry counts by it. */
final class ClockCheck {
    private static final Instant BUILT = Instant.parse("2025-01-01T00:00:00Z");
    private static final long LOOK_MILLIS = 300;
    private static final long APART_MILLIS_MAX = 50;
    private static final String NAME = "clock";

    /** Files that services of time keep while they run. */
    private static final List<String> SIGNS = List.of(
            "run/systemd/timesync/synchronized",
            "run/chrony/chronyd.pid",
            "var/run/chrony/chronyd.pid",
            "run/chronyd.pid",
            "run/ntpd.pid",
            "var/run/ntpd.pid",
            "run/openntpd.pid");

    private ClockCheck() {}

    /** Looks for a third of a second. {@code root} is the root of the file system. */
    static Diagnosis look(Path root) {
        long wall = System.currentTimeMillis();
        long monotonic = System.nanoTime();
        long until = monotonic + TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
        long monotonicMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - monotonic);
        long apart = System.currentTimeMillis() - wall - monotonicMillis;
        boolean kept = SIGNS.stream().anyMatch(sign -> Files.exists(root.resolve(sign)));
        return judge(Instant.now(), apart, kept);
    }

    static Diagnosis judge(Instant now, long apartMillis, boolean kept) {
        if (now.isBefore(BUILT)) {
            return Diagnosis.fail(
                    NAME,
                    "it is " + now + " here, before this program was built",
                    "set the clock; expiry counts by it");
        }
        if (Math.abs(apartMillis) > APART_MILLIS_MAX) {
            return Diagnosis.warn(
                    NAME,
                    "the wall clock moved by " + apartMillis + " ms against the monotonic one while this looked",
                    "let one service set the clock, slowly; the broker bears jumps, sessions may end late");
        }
        return kept
                ? Diagnosis.ok(NAME, now + ", kept right by a service of this machine")
                : Diagnosis.warn(
                        NAME,
                        now + ", and no service is seen that keeps it right (in a container the host may)",
                        "run systemd-timesyncd or chrony: sessions and messages expire by this clock");
    }
}
