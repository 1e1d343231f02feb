// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

/**
 * How long a group waits for those whom the last sync has answered. Clients with a window send again as soon as they are
 * answered, a moment after the commit thread has looked: without a wait they fall into two halves that take turns, and
 * each message pays for twice as many syncs.
 *
 * <p>A client that is alone waits for nobody. Where most do not come back, as when messages come at a rate of their own,
 * waits become rare. On a disk so fast that a sync costs no more than a wait there is none. The commit thread.
 */
final class GroupWait {
    /** Of what a sync takes: little beside what the group will wait for anyway. */
    private static final int SYNC_SHARE = 4;

    static final long NANOS_MAX = 100_000L;

    /** A thread cannot sleep for much less than the 50 us by which a kernel may be late. */
    static final long NANOS_MIN = 20_000L;

    private static final int AVERAGE_SHIFT = 3;

    /** So many vain waits more than twice those that paid, and waits become rare. */
    static final int CREDIT_MAX = 16;

    /** One group in so many waits then, to notice a change. */
    static final int RARE = 64;

    private long syncNanos;
    private int answered;
    private int expected;
    private int credit = CREDIT_MAX;
    private int skipped;

    /**
     * A sync has ended.
     *
     * @param nanos what it took
     * @param ops what it made durable
     */
    void synced(long nanos, int ops) {
        syncNanos += (nanos - syncNanos) >> AVERAGE_SHIFT;
        answered = ops;
    }

    /**
     * Nanoseconds to wait for more operations; 0 for not at all.
     *
     * @param ops how many there are
     * @param early how many of them had come while the last sync went on: not from those whom it answered
     */
    long nanos(int ops, int early) {
        expected = answered + early;
        long nanos = Math.min(NANOS_MAX, syncNanos / SYNC_SHARE);
        if (nanos < NANOS_MIN || hasMost(ops)) {
            return 0;
        }
        if (credit == 0 && ++skipped < RARE) {
            return 0;
        }
        skipped = 0;
        return nanos;
    }

    /** The wait is over, and there are so many operations now. */
    void waited(int ops) {
        credit = hasMost(ops) ? Math.min(CREDIT_MAX, credit + 2) : Math.max(0, credit - 1);
    }

    private boolean hasMost(int ops) {
        return ops >= expected - expected / 4;
    }
}
