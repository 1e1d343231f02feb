// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import java.util.ArrayDeque;

/**
 * How soon a broker that has failed may open its store again: at once while that is rare; later and later when each life
 * ends soon, so that a cause which stays does not wear out the disk, the log and the clients. The supervising thread only.
 */
final class FailureRate {
    /** Lives that may end within {@link #SPAN_NANOS} before anybody waits. */
    static final int FREE = 4;

    static final long SPAN_NANOS = 120_000_000_000L;
    static final long DELAY_SECONDS_MAX = 30;

    private final ArrayDeque<Long> failures = new ArrayDeque<>();

    /**
     * A life has ended by an error.
     *
     * @return seconds to wait before the next one, 0 while failures are rare
     */
    long failed(long nowNanos) {
        failures.addLast(nowNanos);
        while (nowNanos - failures.getFirst() > SPAN_NANOS) {
            failures.removeFirst();
        }
        int tooMany = failures.size() - FREE;
        return tooMany <= 0 ? 0 : Math.min(DELAY_SECONDS_MAX, 1L << Math.min(tooMany, 6));
    }

    /** Failures within the span. */
    int recent() {
        return failures.size();
    }
}
