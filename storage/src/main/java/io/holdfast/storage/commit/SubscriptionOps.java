// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.log.RecordWriter;
import io.holdfast.storage.record.TopicStub;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.schema.UnknownFields;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The steps that change the subscription tree, with their rows. Only these and {@link EndOp} do. */
public final class SubscriptionOps {
    /** A stub's last use is rewritten when it is older than this. */
    private static final long STUB_FRESH_MILLIS = 60_000;

    private static final byte[] SHARE = "$share/".getBytes(StandardCharsets.US_ASCII);

    private SubscriptionOps() {}

    /** What both steps know. */
    abstract static class Step extends CommitOp {
        final long number;
        final Object filter;
        final byte[] filterUtf8;
        private boolean existed;

        Step(long number, Object filter, byte[] filterUtf8) {
            this.number = number;
            this.filter = filter;
            this.filterUtf8 = filterUtf8;
        }

        /** Whether the session had this subscription before; known once committed. */
        public final boolean existed() {
            return existed;
        }

        final void look(GroupBuilder group) {
            existed = group.read(Table.SUBSCRIPTION, Keys.subscription(number, filterUtf8)) != null;
            for (SubscriptionChange change : group.changes()) {
                if (change.number() == number && change.filter().equals(filter)) {
                    existed = change.added();
                }
            }
        }
    }

    /** When a new subscription is owed the retained messages: MQTT's Retain Handling. */
    public enum Owed {
        ALWAYS,
        IF_NEW,
        NOTHING
    }

    /** SUBSCRIBE of one filter: row, topic stub (S04, S05), and from where on retained messages are owed (C13). */
    public static class Subscribe extends Step {
        private final int options;
        private final int identifier;
        private final boolean durable;
        private final Owed owed;
        private long owedBelow;

        /**
         * One filter of a SUBSCRIBE.
         *
         * @param options packed as the subscription tree keeps them
         * @param durable whether the session has rows
         * @param owed when retained messages are to be sent
         */
        public Subscribe(
                long number,
                Object filter,
                byte[] filterUtf8,
                int options,
                int identifier,
                boolean durable,
                Owed owed) {
            super(number, filter, filterUtf8);
            this.options = options;
            this.identifier = identifier;
            this.durable = durable;
            this.owed = owed;
        }

        @Override
        final void apply(GroupBuilder group) {
            if (group.hasEnded(number)) {
                return;
            }
            look(group);
            owedBelow = group.nextMessageId();
            if (durable) {
                group.batch()
                        .put(
                                Table.SUBSCRIPTION,
                                Keys.subscription(number, filterUtf8),
                                row(options, identifier, isOwed(), new byte[0], owedBelow));
            }
            stub(group, filterUtf8);
            group.addChange(new SubscriptionChange(number, filter, filterUtf8, true, options, identifier));
        }

        /** Whether retained messages follow; known once committed. */
        public final boolean isOwed() {
            return owed == Owed.ALWAYS || (owed == Owed.IF_NEW && !existed());
        }

        /** Retained messages with an id from here on reach the session as live ones. */
        public final long owedBelow() {
            return owedBelow;
        }
    }

    /**
     * UNSUBSCRIBE of one filter: of the one with the same bytes and no other [MQTT-3.10.4-1] [MQTT5-3.10.4-1]. From the
     * next step of the group on it gets nothing [MQTT-3.10.4-2] [MQTT5-3.10.4-2].
     */
    public static class Unsubscribe extends Step {
        public Unsubscribe(long number, Object filter, byte[] filterUtf8) {
            super(number, filter, filterUtf8);
        }

        @Override
        final void apply(GroupBuilder group) {
            if (group.hasEnded(number)) {
                return;
            }
            look(group);
            group.batch().delete(Table.SUBSCRIPTION, Keys.subscription(number, filterUtf8));
            group.addChange(new SubscriptionChange(number, filter, filterUtf8, false, 0, 0));
        }
    }

    /** Notes that a filter is in use (S04, S05). */
    static void stub(GroupBuilder group, byte[] filterUtf8) {
        byte[] key = Keys.text(filterUtf8);
        byte[] old = group.read(Table.TOPIC, key);
        long now = group.timeMillis();
        try {
            TopicStub stub = old == null ? null : TopicStub.parseFrom(old);
            if (stub == null || now - stub.getLastUsedMillis() > STUB_FRESH_MILLIS) {
                RecordWriter record = group.scratch();
                record.field(1, stub == null ? now : stub.getFirstSeenMillis());
                record.field(2, now);
                byte[] unknown = stub == null ? null : UnknownFields.of(stub);
                group.batch().put(Table.TOPIC, key, UnknownFields.kept(record.toBytes(), unknown));
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("row of table topic is no TopicStub", e);
        }
    }

    /** Whether a stored filter is a shared one: its session is a member of a group. */
    static boolean isShared(byte[] filterUtf8) {
        return filterUtf8.length > SHARE.length && Arrays.equals(filterUtf8, 0, SHARE.length, SHARE, 0, SHARE.length);
    }

    /** The row of a member of a shared group. */
    static byte[] sharedRow(int options, int identifier, long group) {
        RecordWriter record = new RecordWriter(24);
        record.field(1, options);
        record.field(2, identifier);
        record.field(10, group);
        return record.toBytes();
    }

    static byte[] row(int options, int identifier, boolean owed, byte[] owedAfter, long owedBelow) {
        RecordWriter record = new RecordWriter(24);
        record.field(1, options);
        record.field(2, identifier);
        if (owed) {
            record.field(3, 1);
            record.bytesField(4, owedAfter, 0, owedAfter.length);
            record.field(5, owedBelow);
        }
        return record.toBytes();
    }
}
