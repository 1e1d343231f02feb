// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;

/** Joining and leaving a shared group, each with its rows in one batch: SUBSCRIBE and UNSUBSCRIBE of one shared filter. */
public final class SharedOps {
    /**
     * The options of a group's own entry in the subscription tree, packed as there: shared, RETAIN as published, QoS 2.
     * The members' own options reduce what each of them gets.
     */
    public static final int GROUP_OPTIONS = 1 << 7 | 1 << 3 | 2;

    private static final int NEVER_EXPIRES = -1;

    private SharedOps() {}

    /** When a group ends without members: at once, and at the latest in the first sweep of timers after a crash. */
    private static final long END_DUE_MILLIS = 1;

    /** The key of the timer row that stands while a group has lost its members and has not ended yet. */
    public static byte[] endTimer(long group) {
        return Keys.timer(END_DUE_MILLIS, group, Keys.TimerKind.SESSION_EXPIRY);
    }

    /** A session's shared subscription. */
    abstract static class Step extends CommitOp {
        final long member;
        final byte[] filterUtf8;
        private boolean existed;

        Step(long member, byte[] filterUtf8) {
            this.member = member;
            this.filterUtf8 = filterUtf8;
        }

        /** Whether the session was a member before; known once committed. */
        public final boolean existed() {
            return existed;
        }

        final void existed(boolean was) {
            existed = was;
        }
    }

    /** A session joins; the first one makes the group, durably, whatever the session is [MQTT5-4.8.2-1]. */
    public static class Join extends Step {
        private final byte[] innerUtf8;
        private final Object inner;
        private final int options;
        private final int identifier;
        private final boolean durable;
        private final long candidate;
        private final long sequence;
        private long group;

        /**
         * One shared filter of a SUBSCRIBE.
         *
         * @param innerUtf8 the filter behind the share name
         * @param inner the same parsed, as the subscription tree takes it
         * @param options the member's own, packed as the subscription tree keeps them
         * @param durable whether the session has rows
         * @param candidate the number that the group takes if it is new
         * @param sequence the part of it that must not be used again
         */
        public Join(
                long member,
                byte[] filterUtf8,
                byte[] innerUtf8,
                Object inner,
                int options,
                int identifier,
                boolean durable,
                long candidate,
                long sequence) {
            super(member, filterUtf8);
            this.innerUtf8 = innerUtf8;
            this.inner = inner;
            this.options = options;
            this.identifier = identifier;
            this.durable = durable;
            this.candidate = candidate;
            this.sequence = sequence;
        }

        @Override
        final void apply(GroupBuilder builder) {
            if (builder.hasEnded(member)) {
                return;
            }
            SharedGroups groups = builder.groups();
            SharedGroups.Membership found = groups.find(filterUtf8);
            if (found == null) {
                SharedGroups.Membership made = new SharedGroups.Membership(candidate, filterUtf8, innerUtf8, inner);
                found = groups.create(builder, made, record(builder), sequence);
            }
            group = found.number;
            existed(!groups.join(found, member));
            if (durable) {
                byte[] row = SubscriptionOps.sharedRow(options, identifier, group);
                builder.batch().put(Table.SUBSCRIPTION, Keys.subscription(member, filterUtf8), row);
            }
            SubscriptionOps.stub(builder, innerUtf8);
        }

        private byte[] record(GroupBuilder builder) {
            return SessionRecord.newBuilder()
                    .setSharedFilter(new String(filterUtf8, java.nio.charset.StandardCharsets.UTF_8))
                    .setExpirySeconds(NEVER_EXPIRES)
                    .setCreatedMillis(builder.timeMillis())
                    .build()
                    .toByteArray();
        }

        /** The group's number, 0 when the session had ended; known once committed. */
        public final long group() {
            return group;
        }
    }

    /** A session leaves; the last one takes the group with it. */
    public static class Leave extends Step {
        private long ended;

        public Leave(long member, byte[] filterUtf8) {
            super(member, filterUtf8);
        }

        @Override
        final void apply(GroupBuilder builder) {
            SharedGroups.Membership group = builder.groups().find(filterUtf8);
            existed(group != null && group.members.contains(member));
            if (group != null) {
                ended = builder.groups().leave(builder, group, member);
            }
        }

        /** The number of the group that ended with this member, 0 when it lives; known once committed. */
        public final long endedGroup() {
            return ended;
        }
    }
}
