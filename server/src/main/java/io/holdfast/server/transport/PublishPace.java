// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import java.util.concurrent.TimeUnit;

/**
 * How fast one client publishes, against what it may. One second's worth may come in a burst; who has taken more waits until
 * the average is right again. The connection's event loop.
 */
final class PublishPace {
    private static final double SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Reading resumes with some messages to read, not with one. */
    private static final long PAUSE_MILLIS_MIN = 10;

    private double messages;
    private double bytes;
    private long filledNanos;
    private boolean begun;

    /**
     * A PUBLISH came.
     *
     * @param size of topic and payload, in bytes
     * @return how many milliseconds the client has to wait now, 0 for none
     */
    long take(int size, TransportLimits limits, long nowNanos) {
        int messagesMax = limits.publishRateMax();
        long bytesMax = limits.publishBytesPerSecondMax();
        double seconds = begun ? (nowNanos - filledNanos) / SECOND_NANOS : 1;
        begun = true;
        filledNanos = nowNanos;
        messages = Math.min(messagesMax, messages + seconds * messagesMax) - 1;
        bytes = Math.min((double) bytesMax, bytes + seconds * bytesMax) - size;
        double wait = Math.max(owed(messages, messagesMax), owed(bytes, bytesMax));
        return wait <= 0 ? 0 : Math.max(PAUSE_MILLIS_MIN, (long) Math.ceil(wait * 1_000));
    }

    /** Seconds until nothing is owed. */
    private static double owed(double left, long perSecond) {
        return perSecond == 0 || left >= 0 ? 0 : -left / perSecond;
    }
}
