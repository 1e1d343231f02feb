// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.RecordWriter;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A session that comes from another broker with all it is owed: its rows in one batch, as a checkpoint that needs no log
 * behind it, its messages under the group's ids, its subscriptions in the tree. Commit thread.
 */
public abstract class IntakeOp extends CommitOp {
    private @Nullable GroupBuilder group;

    @Override
    final void apply(GroupBuilder builder) {
        group = builder;
        build();
        group = null;
    }

    /** Writes everything, by the methods below. */
    protected abstract void build();

    private GroupBuilder group() {
        return Objects.requireNonNull(group, "only while the group is built");
    }

    /** Adds a message without recipients; {@link #owed} says who waits for it. Returns its id. */
    protected final long message(Message message) {
        MessageOp op = new MessageOp(message, Recipients.NONE, Recipients.NONE, 0);
        op.write(group());
        RecordWriter record = group().scratch();
        message.writeTo(record);
        group().batch().put(Table.MESSAGE, op.id(), record.buffer(), record.size());
        return op.id();
    }

    /** The session waits for a message that was added. */
    protected void owed(long messageId) {
        group().counters().append(messageId, 1);
        group().addQueued(1);
    }

    protected void put(Table table, byte[] key, byte[] record) {
        group().batch().put(table, key, record);
    }

    /** A subscription of the session, to which no retained messages are owed. */
    protected final void subscribe(long number, Object filter, byte[] filterUtf8, int options, int identifier) {
        byte[] row = SubscriptionOps.row(options, identifier, false, new byte[0], 0);
        put(Table.SUBSCRIPTION, Keys.subscription(number, filterUtf8), row);
        SubscriptionOps.stub(group(), filterUtf8);
        group().addChange(new SubscriptionChange(number, filter, filterUtf8, true, options, identifier));
    }

    /** The position of the last group before this one. */
    protected final long previousPosition() {
        return group().previousPosition();
    }
}
