// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

/** Ways to break the commit thread's rules about shared groups, for the simulation's controls. */
public final class GroupProbe {
    private GroupProbe() {}

    /** The commit thread no longer knows what it gave to sessions whose shards may not have applied it (against C27). */
    public static void forgetGiven(GroupCommitter committer) {
        committer.groups().forgetGiven();
    }

    /** Takes a move's target for a member, whatever it is (against C27). */
    public static void admit(GroupCommitter committer, MoveOp move) {
        committer.groups().admit(move.group(), move.member());
    }

    /** An end gives back a message more (against C28). */
    public static void giveBack(EndOp end, long index, long messageId, long group, int groupFlags) {
        ReturnOp back = end.back();
        if (back != null) {
            back.add(index, messageId, group, groupFlags);
        }
    }
}
