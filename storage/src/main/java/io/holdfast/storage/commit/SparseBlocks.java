// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import java.util.Arrays;
import java.util.function.LongPredicate;

/** Blocks of message ids that few messages keep from being deleted. Immutable; any thread. */
public final class SparseBlocks implements LongPredicate {
    private final long[] blocks;
    private final int blockMessages;

    SparseBlocks(long[] sortedBlocks, int blockMessages) {
        blocks = sortedBlocks;
        this.blockMessages = blockMessages;
    }

    /** Whether a message lies in one of the blocks. */
    @Override
    public boolean test(long messageId) {
        return Arrays.binarySearch(blocks, messageId / blockMessages) >= 0;
    }

    boolean isEmpty() {
        return blocks.length == 0;
    }

    /** Hands out the blocks as ranges of message ids, in rising order. */
    void forEach(BlockCounters.Deletion range) {
        for (long block : blocks) {
            range.range(block * blockMessages, (block + 1) * blockMessages);
        }
    }
}
