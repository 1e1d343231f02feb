// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker's time, by which sessions and messages expire and wills are due: the system clock's, but it never goes back
 * (C34) and never leaps ahead (T45). Any thread.
 *
 * <p>When the system clock jumps back, the broker's time goes on at its own pace from where it was, until the clock has
 * caught up. When it leaps ahead, the broker's time follows at twice its own pace: a clock that is wrong for ten minutes
 * makes nothing expire more than ten minutes early, and a clock that was put right (after a start with an empty battery,
 * or after a suspended machine) is caught up with. Own pace is that of a clock that nobody sets.
 *
 * <p>The first look at the clock is believed whatever it says, as nobody knows how long no broker was running; so one of
 * these lives as long as the process, through all lives of the broker in it.
 */
final class MonotonicTime {
    /** What is followed at once: corrections of a clock, not mistakes. */
    static final long STEP_MILLIS = 60_000;

    private static final Logger LOG = LoggerFactory.getLogger(MonotonicTime.class);
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** How the system clock stands to the broker's time. Each change is logged. */
    enum Clock {
        AGREES,
        AHEAD,
        BEHIND
    }

    private final LongSupplier wallMillis;
    private final LongSupplier nanos;
    private long lastMillis;
    private long lastNanos;
    private Clock clock = Clock.AGREES;

    /** Time that begins with the system clock's. */
    MonotonicTime(LongSupplier wallMillis, LongSupplier nanos) {
        this.wallMillis = wallMillis;
        this.nanos = nanos;
        lastMillis = wallMillis.getAsLong();
        lastNanos = nanos.getAsLong();
    }

    /** A store has seen this time already: milliseconds since 1970, 0 for none. */
    synchronized void noEarlierThan(long millis) {
        lastMillis = Math.max(lastMillis, millis);
    }

    /** Milliseconds since 1970. */
    synchronized long millis() {
        long elapsed = (nanos.getAsLong() - lastNanos) / NANOS_PER_MILLI;
        lastNanos += elapsed * NANOS_PER_MILLI;
        long own = lastMillis + elapsed;
        long ahead = wallMillis.getAsLong() - own;
        if (ahead > STEP_MILLIS) {
            lastMillis = own + Math.min(elapsed, ahead);
            become(Clock.AHEAD, ahead);
        } else {
            lastMillis = own + Math.max(0, ahead);
            become(ahead < -STEP_MILLIS ? Clock.BEHIND : Clock.AGREES, -ahead);
        }
        return lastMillis;
    }

    /** How the system clock stood when it was looked at last. */
    synchronized Clock clock() {
        return clock;
    }

    private void become(Clock now, long apartMillis) {
        if (now == clock) {
            return;
        }
        clock = now;
        Duration apart = Duration.ofMillis(apartMillis).plusSeconds(30); // rounded, as it is told in minutes
        switch (now) {
            case AHEAD ->
                LOG.warn(
                        "the system clock has jumped ahead, by {}: sessions and messages do not expire all at once, as the"
                                + " broker's time follows at twice its pace; if the clock is right, a restart takes it over at once",
                        text(apart));
            case BEHIND ->
                LOG.warn(
                        "the system clock is {} behind the time that the broker has seen already: the broker's time goes on"
                                + " from there at its own pace, so nothing expires early or late",
                        text(apart));
            case AGREES -> LOG.info("the system clock and the broker's time agree again");
        }
    }

    /** Days, hours, minutes: as many as a person needs. */
    static String text(Duration span) {
        if (span.toDays() > 1) {
            return span.toDays() + " days";
        }
        return span.toHours() > 1 ? span.toHours() + " hours" : span.toMinutes() + " minutes";
    }
}
