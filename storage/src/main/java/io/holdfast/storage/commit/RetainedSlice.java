// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.RecordReader;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.schema.UnknownFields;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A slice of the retained messages that a new subscription is owed (C13). It is built before all other steps of its group,
 * so it sees exactly what the groups before it left, and its messages come before this group's. Values with an id from
 * {@code owedBelow} on were delivered live and are skipped.
 */
public abstract class RetainedSlice extends CommitOp {
    /** Answer of {@link #flags} for a message that this subscription is not sent. */
    protected static final int LEFT_OUT = -1;

    private static final int ROWS_MAX = 2_000;

    private final long number;
    private final byte[] filterUtf8;
    private final byte[] prefix;
    private final boolean exact;
    private final boolean durable;
    private final int identifier;
    private int messagesMax;
    private long bytesMax = Long.MAX_VALUE;
    private byte[] after;
    private long below;
    private boolean more;

    // Of this slice so far.
    private int rows;
    private int found;
    private long foundBytes;
    private int @Nullable [] identifiers;

    /**
     * The next slice of a subscription.
     *
     * @param prefix the filter up to its first wildcard, with its separator; the whole filter when {@code exact}. Of
     *     {@code a/#} the parent {@code a} is looked up apart: between it and {@code a/} lie {@code a-} and others
     * @param identifier Subscription Identifier that goes with each message, 0 for none; a durable session's row knows
     *     better
     * @param after the topic to go on behind; a durable session's row knows better
     * @param below the message id to stop before; as above
     * @param messagesMax messages in one slice at most
     */
    protected RetainedSlice(
            long number,
            byte[] filterUtf8,
            byte[] prefix,
            boolean exact,
            boolean durable,
            int identifier,
            byte[] after,
            long below,
            int messagesMax) {
        this.number = number;
        this.filterUtf8 = filterUtf8;
        this.prefix = prefix;
        this.exact = exact;
        this.durable = durable;
        this.identifier = identifier;
        this.after = after;
        this.below = below;
        this.messagesMax = messagesMax;
    }

    /** Says how much room the session's queue has: more than that waits for another slice. */
    public final void limit(long messages, long bytes) {
        messagesMax = (int) Math.max(1, Math.min(messagesMax, messages));
        bytesMax = bytes;
    }

    protected abstract boolean matches(byte[] topicUtf8);

    /** Flags of the delivery of a retained message (QoS, RETAIN 1), or {@link #LEFT_OUT}. Commit thread. */
    protected abstract int flags(Message message);

    @Override
    final void apply(GroupBuilder group) {
        // Built in begin().
    }

    @Override
    final void begin(GroupBuilder group) {
        SubscriptionRecord row = null;
        if (durable) {
            row = row(group.read(Table.SUBSCRIPTION, Keys.subscription(number, filterUtf8)));
            if (!row.getOwed()) {
                return;
            }
            after = row.getOwedAfter().toByteArray();
            below = row.getOwedBelow();
        }
        int known = row == null ? identifier : row.getIdentifier();
        identifiers = known == 0 ? null : new int[] {known}; // [MQTT5-3.3.4-3]
        scan(group);
        if (row != null) {
            byte[] next = SubscriptionOps.row(row.getOptions(), row.getIdentifier(), more, after, below);
            byte[] kept = UnknownFields.kept(next, UnknownFields.of(row));
            group.batch().put(Table.SUBSCRIPTION, Keys.subscription(number, filterUtf8), kept);
        }
    }

    private void scan(GroupBuilder group) {
        more = false;
        rows = 0;
        found = 0;
        foundBytes = 0;
        int last = filterUtf8.length - 1;
        boolean everythingBelow = filterUtf8[last] == '#' && prefix.length == last;
        if (everythingBelow && last > 0) {
            scan(group, Arrays.copyOf(prefix, last - 1), true);
        }
        scan(group, prefix, exact);
    }

    /** Goes through the topics that begin with, or are, a text; does nothing once the slice is full. */
    private void scan(GroupBuilder group, byte[] start, boolean only) {
        byte[] from = Keys.text(start);
        if (after.length > 0 && Arrays.compareUnsigned(after, start) >= 0) {
            from = Keys.text(Arrays.copyOf(after, after.length + 1));
        }
        byte[] to = only ? Keys.text(Arrays.copyOf(start, start.length + 1)) : Keys.end();
        if (more || Arrays.compareUnsigned(from, to) >= 0) {
            return;
        }
        try (RowCursor retained = group.store().cursor(Table.RETAINED, from, to)) {
            while (retained.nextReadable(damage -> {})) { // Told by those who walk over all of them.
                byte[] topic = Keys.textBytes(retained.key());
                if (!startsWith(topic, start)) {
                    break;
                }
                if (rows++ == ROWS_MAX || found == messagesMax || foundBytes >= bytesMax) {
                    more = true;
                    return;
                }
                after = topic;
                if (matches(topic) && add(group, topic, retained)) {
                    found++;
                }
            }
        }
    }

    private static boolean startsWith(byte[] topic, byte[] prefix) {
        return topic.length >= prefix.length && Arrays.mismatch(topic, 0, prefix.length, prefix, 0, prefix.length) < 0;
    }

    private boolean add(GroupBuilder group, byte[] topic, RowCursor row) {
        byte[] record;
        try {
            record = row.record();
        } catch (DamagedRowException e) {
            // Left out, as at start; the checking tools report it.
            return false;
        }
        RecordReader in = new RecordReader(record);
        long id = 0;
        byte[] stored = new byte[0];
        while (in.hasMore()) {
            int tag = in.tag();
            switch (RecordReader.field(tag)) {
                case 1 -> id = in.varint();
                case 2 -> {
                    int from = in.skipBytes();
                    stored = Arrays.copyOfRange(record, from, in.position());
                }
                default -> in.skip(tag);
            }
        }
        if (id >= below) {
            return false;
        }
        Message message = Message.parse(stored);
        if (message.isExpired(group.timeMillis())) {
            group.batch().delete(Table.RETAINED, Keys.text(topic)); // C31; a later put of this group stands behind it.
            return false;
        }
        int flags = flags(message);
        if (flags == LEFT_OUT) {
            return false;
        }
        flags |= identifiers == null ? 0 : Delivery.IDENTIFIERS;
        foundBytes += message.storedBytes();
        Recipients one = new Recipients(1);
        one.add(number, flags, identifiers);
        boolean queued = durable && (flags & Delivery.QOS_MASK) > 0;
        new MessageOp(message, queued ? one : Recipients.NONE, queued ? Recipients.NONE : one, 0).write(group);
        return true;
    }

    private static SubscriptionRecord row(byte @Nullable [] record) {
        try {
            return record == null ? SubscriptionRecord.getDefaultInstance() : SubscriptionRecord.parseFrom(record);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("row of table subscription is no SubscriptionRecord", e);
        }
    }

    protected final boolean hasMore() {
        return more;
    }

    protected final byte[] after() {
        return after;
    }

    protected final long below() {
        return below;
    }

    protected final long number() {
        return number;
    }
}
