// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.check;

import io.holdfast.storage.commit.CommitSizes;
import org.agrona.collections.Long2LongHashMap;

/** How many recipients still need the messages of each block of ids, counted anew: 16 bytes for each 4,096 messages. */
final class BlockCounts {
    private static final int BLOCK_MESSAGES = CommitSizes.STANDARD.blockMessages();

    private final Long2LongHashMap live = new Long2LongHashMap(0);

    void count(long messageId) {
        long block = messageId / BLOCK_MESSAGES;
        live.put(block, live.get(block) + 1);
    }

    /** Takes a block out and returns its count. */
    long take(long block) {
        return live.remove(block);
    }

    /** How many recipients need messages of blocks that were not taken out. */
    long rest() {
        long rest = 0;
        for (Long2LongHashMap.ValueIterator i = live.values().iterator(); i.hasNext(); ) {
            rest += i.nextValue();
        }
        return rest;
    }
}
