// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import io.holdfast.storage.schema.Table;
import java.util.List;

/** What the commit thread asks and tells the broker. All calls are on the commit thread. */
public interface CommitListener {
    /**
     * The last word on a message's recipients, in ticket order: tests its topic against the subscriptions changed since it
     * was matched (C12).
     *
     * @param changes those made earlier in this group, not yet visible
     */
    void revise(MessageOp message, List<SubscriptionChange> changes);

    /** The group is durable: make its changes visible, then pass it to the shards. */
    void committed(Group group);

    /** A range of rows is deleted and the deletion durable: its disk space can come back. */
    void reclaimable(Table table, byte[] from, byte[] to);
}
