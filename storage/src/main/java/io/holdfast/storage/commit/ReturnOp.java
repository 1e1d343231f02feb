// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import io.holdfast.storage.log.Moves;
import org.agrona.collections.LongArrayList;

/**
 * Messages that a living member did not begin to send go back to their groups, or to nobody where the group has ended.
 * The member has settled them by itself already, as with everything its own shard decides; the groups get them when the
 * group is applied.
 */
public class ReturnOp extends CommitOp {
    private static final int WORDS = 4;

    private final long member;
    private final LongArrayList entries = new LongArrayList();

    public ReturnOp(long member) {
        this.member = member;
    }

    /**
     * Adds a message.
     *
     * @param index the member's
     * @param groupFlags QoS and RETAIN that it had in the group
     */
    public final void add(long index, long messageId, long group, int groupFlags) {
        entries.addLong(index);
        entries.addLong(messageId);
        entries.addLong(group);
        entries.addLong(groupFlags);
    }

    @Override
    final void apply(GroupBuilder builder) {
        for (int i = 0; i < entries.size(); i += WORDS) {
            long group = entries.getLong(i + 2);
            long target = builder.groups().exists(group) ? group : Moves.NOBODY;
            int flags = (int) entries.getLong(i + 3);
            builder.move(new Moved(member, entries.getLong(i), target, entries.getLong(i + 1), flags, 0, null, 0));
        }
    }

    public final int size() {
        return entries.size() / WORDS;
    }
}
