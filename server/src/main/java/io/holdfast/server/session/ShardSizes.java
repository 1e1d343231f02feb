// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.storage.commit.GroupCommitter;
import io.holdfast.storage.log.SessionRows;

/**
 * The measures by which a shard divides its work; none of them changes what clients see. The broker uses
 * {@link #STANDARD}; the simulation uses tiny ones, so that every border is crossed within a few messages.
 *
 * @param segments parts that the rolling checkpoint divides sessions into; the commit thread's measure
 * @param sliceRecipients recipients of a group looked at before other work gets its turn
 * @param rowsPerGroup sessions checkpointed in one hand-over
 * @param fragmentEntries deliveries in one queue fragment
 * @param bodiesMax messages read at once, and kept in memory, for one session
 * @param residentEntriesMax entries of a queue in memory beyond which a session's tail is left on disk
 * @param retainedPerSlice retained messages for a new subscription in one group
 */
public record ShardSizes(
        int segments,
        int sliceRecipients,
        int rowsPerGroup,
        int fragmentEntries,
        int bodiesMax,
        int residentEntriesMax,
        int retainedPerSlice) {
    public static final ShardSizes STANDARD =
            new ShardSizes(GroupCommitter.SEGMENTS, 2_000, 500, SessionRows.FRAGMENT_ENTRIES, 64, 4_096, 100);
}
