// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import org.agrona.collections.LongHashSet;

/**
 * Frees blocks that a few sleeping sessions pin: shards list what their sessions still claim in these blocks, and what
 * nobody claims goes. Claims on old messages only ever shrink, so lists taken at different moments add up to a safe
 * answer. Commit thread only.
 */
final class Sweep {
    /** A block with fewer live messages than this is worth it: one in sixteen. */
    static final int LIVE_MAX = BlockCounters.BLOCK_MESSAGES / 16;

    /** Shorter runs of dead messages are left alone, as every range deletion costs readers. */
    private static final int GAP_MIN = 32;

    private final long[] blocks;
    private final LongHashSet claimed = new LongHashSet();
    private int shardsToCome;

    /** A sweep of these blocks, in rising order. */
    Sweep(long[] blocks, int shards) {
        this.blocks = blocks;
        shardsToCome = shards;
    }

    void claim(long[] messageIds) {
        for (long id : messageIds) {
            claimed.add(id);
        }
    }

    /** A shard has listed all its sessions; true for the last one. */
    boolean done() {
        return --shardsToCome == 0;
    }

    /** Hands out the ranges of message ids that nobody claims. */
    void forEachGap(BlockCounters.Deletion deletion) {
        for (long block : blocks) {
            long start = block * BlockCounters.BLOCK_MESSAGES;
            long end = start + BlockCounters.BLOCK_MESSAGES;
            for (long id = start; id < end; id++) {
                if (claimed.contains(id)) {
                    gap(start, id, deletion);
                    start = id + 1;
                }
            }
            gap(start, end, deletion);
        }
    }

    private static void gap(long from, long to, BlockCounters.Deletion deletion) {
        if (to - from >= GAP_MIN) {
            deletion.range(from, to);
        }
    }

    /** The message ids that matter to this sweep lie in these blocks. */
    long[] blocks() {
        return blocks;
    }
}
