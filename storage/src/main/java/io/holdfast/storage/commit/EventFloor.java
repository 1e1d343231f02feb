// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

/**
 * Up to where the log is no longer needed. Sessions lie in {@link #SEGMENTS} segments by number; a segment's bound is the
 * lowest position that any shard had applied when the hand entered it, valid once the last row of that visit is committed
 * (C07). The floor is the lowest bound. Commit thread only.
 */
final class EventFloor {
    static final int SEGMENTS = 64;

    private final long[] bounds;
    private final int shards;
    private int segment = -1;
    private long visitBound;
    private int shardsToCome;

    EventFloor(int shards, int segments) {
        this.shards = shards;
        bounds = new long[segments];
    }

    /** Whether the hand is still in a segment. */
    boolean isVisiting() {
        return shardsToCome > 0;
    }

    /**
     * Enters the next segment when that can raise its bound.
     *
     * @return the segment, or -1 when every segment is already known to be as far as {@code applied}
     */
    int enter(long applied) {
        for (int i = 1; i <= bounds.length; i++) {
            int candidate = (segment + i) % bounds.length;
            if (bounds[candidate] < applied) {
                segment = candidate;
                visitBound = applied;
                shardsToCome = shards;
                return candidate;
            }
        }
        return -1;
    }

    void done(int doneSegment, long bound) {
        if (doneSegment == segment && bound == visitBound && --shardsToCome == 0) {
            bounds[segment] = bound;
        }
    }

    /** Log rows at or below this position are reflected in rows. */
    long floor() {
        long lowest = Long.MAX_VALUE;
        for (long bound : bounds) {
            lowest = Math.min(lowest, bound);
        }
        return lowest;
    }
}
