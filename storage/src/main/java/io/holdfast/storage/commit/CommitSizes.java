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
 * @param sweepBlocksMin sparse blocks that make a sweep over all sessions worth it
 */
public record CommitSizes(
        int segments, int blockMessages, long logDeleteBytes, long messageDeleteBytes, int sweepBlocksMin) {
    public static final CommitSizes STANDARD = new CommitSizes(GroupCommitter.SEGMENTS, 4_096, 8L << 20, 8L << 20, 64);
}
