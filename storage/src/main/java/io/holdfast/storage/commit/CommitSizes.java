// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

/**
 * The measures by which the commit thread divides its work. The broker uses {@link #STANDARD}; the simulation uses tiny
 * ones, so that every border is crossed within a few groups.
 *
 * @param segments parts that the rolling checkpoint divides sessions into
 * @param blockMessages message ids that share one counter of live recipients and are deleted together
 * @param logDeleteBytes log bytes between two range deletions on the log
 * @param messageDeleteBytes message bytes between two range deletions on messages
 * @param sparseMessages live messages of a block that is worth a sweep, at most
 * @param sweepBlocksMin sparse blocks that make a sweep over all sessions worth it
 * @param sweepGapMin shorter runs of dead messages are left alone, as every range deletion costs readers
 */
public record CommitSizes(
        int segments,
        int blockMessages,
        long logDeleteBytes,
        long messageDeleteBytes,
        int sparseMessages,
        int sweepBlocksMin,
        int sweepGapMin) {
    public static final CommitSizes STANDARD =
            new CommitSizes(GroupCommitter.SEGMENTS, 4_096, 8L << 20, 8L << 20, 256, 64, 32);
}
