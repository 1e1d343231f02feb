// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import org.agrona.collections.LongHashSet;

/**
 * Frees blocks that a few sleeping sessions pin: shards list what their sessions still claim in these blocks, and what
 * nobody claims goes. Claims on old messages only ever shrink, so lists taken at different moments add up to a safe
 * answer; but for messages that move between a shared group and a member meanwhile, which are claimed here. Commit
 * thread only.
 */
final class Sweep {
    private final SparseBlocks blocks;
    private final LongHashSet claimed = new LongHashSet();
    private final int gapMin;
    private int shardsToCome;

    Sweep(SparseBlocks blocks, int shards, int gapMin) {
        this.blocks = blocks;
        this.gapMin = gapMin;
        shardsToCome = shards;
    }

    void claim(long messageId) {
        claimed.add(messageId);
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
        blocks.forEach((from, end) -> {
            long start = from;
            for (long id = from; id < end; id++) {
                if (claimed.contains(id)) {
                    gap(start, id, deletion);
                    start = id + 1;
                }
            }
            gap(start, end, deletion);
        });
    }

    private void gap(long from, long to, BlockCounters.Deletion deletion) {
        if (to - from >= gapMin) {
            deletion.range(from, to);
        }
    }
}
