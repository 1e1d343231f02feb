// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import io.holdfast.storage.log.Message;

/**
 * A message that a shared group had given to a session without rows, at QoS 2 and so for good, and that was never sent:
 * the group gets it once more, under a new id.
 */
public final class ReturnedMessage extends CommitOp {
    private final Message message;
    private final long group;
    private final int flags;

    public ReturnedMessage(Message message, long group, int flags) {
        this.message = message;
        this.group = group;
        this.flags = flags;
    }

    @Override
    void apply(GroupBuilder builder) {
        if (builder.groups().exists(group)) {
            Recipients one = new Recipients(1);
            one.add(group, flags, null);
            new MessageOp(message, one, Recipients.NONE, 0).write(builder);
        }
    }
}
