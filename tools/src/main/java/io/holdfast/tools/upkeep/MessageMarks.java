// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A set of message ids, each of which gets a number of its own: the first 1, in rising order. One bit for each id of a
 * block that has any, so millions take megabytes.
 */
final class MessageMarks {
    private static final int BLOCK_BITS = 12;
    private static final int BLOCK = 1 << BLOCK_BITS;

    private static final class Block {
        final long[] bits = new long[BLOCK / Long.SIZE];
        long before;
    }

    private final TreeMap<Long, Block> blocks = new TreeMap<>();
    private @Nullable Block last;
    private long lastNumber = -1;
    private long numbered;

    void mark(long id) {
        Block block = block(id >>> BLOCK_BITS);
        block.bits[word(id)] |= 1L << id;
    }

    private Block block(long number) {
        Block block = last;
        if (block == null || number != lastNumber) {
            block = blocks.computeIfAbsent(number, n -> new Block());
            last = block;
            lastNumber = number;
        }
        return block;
    }

    private static int word(long id) {
        return (int) (id & (BLOCK - 1)) >>> 6;
    }

    boolean holds(long id) {
        Block block = blocks.get(id >>> BLOCK_BITS);
        return block != null && (block.bits[word(id)] >>> id & 1) != 0;
    }

    /** What becomes of the marked ids of {@code [from, to)}. */
    interface BlockVisitor<E extends Exception> {
        void block(long from, long to) throws E;
    }

    /** Visits the spans that hold marks, in rising order; a span's marks may be taken away in the visit. */
    <E extends Exception> void forEachBlock(BlockVisitor<E> visitor) throws E {
        for (Map.Entry<Long, Block> entry : blocks.entrySet()) {
            long from = entry.getKey() << BLOCK_BITS;
            entry.getValue().before = numbered;
            visitor.block(from, from + BLOCK);
            for (long word : entry.getValue().bits) {
                numbered += Long.bitCount(word);
            }
        }
    }

    void unmark(long id) {
        Block block = blocks.get(id >>> BLOCK_BITS);
        if (block != null) {
            block.bits[word(id)] &= ~(1L << id);
        }
    }

    /** The number of a marked id, once its block was visited. */
    long number(long id) {
        Block block = block(id >>> BLOCK_BITS);
        long number = block.before;
        int word = word(id);
        for (int i = 0; i < word; i++) {
            number += Long.bitCount(block.bits[i]);
        }
        return number + Long.bitCount(block.bits[word] & ((1L << id) - 1)) + 1;
    }

    /** How many there are, once all blocks were visited. */
    long count() {
        return numbered;
    }
}
