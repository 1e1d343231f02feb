// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import io.holdfast.storage.log.Moves;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowCursor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session ends: all its rows, subscriptions and claims on messages go in one batch [MQTT-3.1.2-6] [MQTT5-3.1.2-4].
 */
public class EndOp extends CommitOp {
    /** Parses a stored filter back into what the subscription tree takes. */
    public interface FilterParser {
        Object parse(byte[] filterUtf8);
    }

    private final long number;
    private final byte @Nullable [] clientId;
    private final long[] messageIds;
    private final long[] fragments;
    private final List<byte[]> timers;
    private final FilterParser parser;
    private long appliedThrough = Long.MAX_VALUE;
    private @Nullable ReturnOp back;
    private long[] endedGroups = SharedGroups.NONE;

    /**
     * The end of a session with rows.
     *
     * @param clientId null when the client identifier belongs to another session by now
     * @param messageIds messages that the session still claimed and that go with it
     * @param fragments first indexes of its queue fragments
     * @param timers keys of its timer rows
     */
    public EndOp(
            long number,
            byte @Nullable [] clientId,
            long[] messageIds,
            long[] fragments,
            List<byte[]> timers,
            FilterParser parser) {
        this.number = number;
        this.clientId = clientId;
        this.messageIds = messageIds;
        this.fragments = fragments;
        this.timers = timers;
        this.parser = parser;
    }

    /**
     * What goes back to shared groups, and what the session could not know (C27).
     *
     * @param position the last group that its shard has applied: moves to it in later ones go back too
     * @param unsent beside its claims, what is for others: QoS 1, and QoS 2 whose sending has not begun [MQTT5-4.8.2-5]
     */
    public final void giveBack(long position, ReturnOp unsent) {
        appliedThrough = position;
        back = unsent;
    }

    @Nullable
    ReturnOp back() {
        return back;
    }

    /** The session that ends. */
    public final long number() {
        return number;
    }

    /** Shared groups that ended with this session, their last member; known once committed. */
    public final long[] endedGroups() {
        return endedGroups;
    }

    @Override
    final void apply(GroupBuilder group) {
        endedGroups = group.groups().leaveAll(group, number);
        unsubscribeAll(group);
        settle(group);
        group.counters().ended(number);
        group.log().ended(number);
        byte[] key = Keys.number(number);
        for (Table table : List.of(Table.SESSION, Table.INFLIGHT, Table.WILL)) {
            group.batch().delete(table, key);
        }
        for (byte[] timer : timers) {
            group.batch().delete(Table.TIMER, timer);
        }
        for (long first : fragments) {
            group.batch().delete(Table.QUEUE, Keys.queue(number, first));
        }
        if (clientId != null) {
            group.batch().delete(Table.CLIENT, Keys.text(clientId));
        }
        group.addEnded(number);
    }

    private void settle(GroupBuilder group) {
        Iterable<Moved> unknown = group.groups().unknown(number, appliedThrough);
        for (long id : messageIds) {
            group.counters().settle(number, id);
        }
        group.addQueued(-messageIds.length);
        if (back != null) {
            back.apply(group);
        }
        for (Moved moved : unknown) {
            late(group, moved);
        }
    }

    /** A move that the session's shard could not know of when it listed the claims. */
    private void late(GroupBuilder group, Moved moved) {
        boolean given = Moves.isToMember(moved.flags());
        if (moved.target() == number && given) {
            ReturnOp late = new ReturnOp(number);
            late.add(0, moved.messageId(), moved.source(), Moves.groupFlags(moved.flags()));
            late.apply(group);
        } else if (moved.target() == number) {
            group.counters().settle(number, moved.messageId()); // It came back to a group that ends.
            group.addQueued(-1);
        } else if (given) {
            // The group gave it away, and lists it only because it lets go when the move is applied.
            group.counters().receive(number, moved.messageId());
            group.addQueued(1);
        }
    }

    private void unsubscribeAll(GroupBuilder group) {
        List<SubscriptionChange> removals = new ArrayList<>();
        try (RowCursor rows = group.store().cursor(Table.SUBSCRIPTION, Keys.number(number), Keys.number(number + 1))) {
            while (rows.nextReadable(damage -> {})) { // What stays counts for nothing without its session.
                byte[] filter = Keys.subscriptionFilter(rows.key());
                group.batch().delete(Table.SUBSCRIPTION, rows.key());
                if (SubscriptionOps.isShared(filter)) {
                    continue; // Not in the tree: its group is.
                }
                removals.add(new SubscriptionChange(number, parser.parse(filter), filter, false, 0, 0));
            }
        }
        for (SubscriptionChange change : List.copyOf(group.changes())) {
            if (change.number() == number && change.added()) {
                group.batch().delete(Table.SUBSCRIPTION, Keys.subscription(number, change.filterUtf8()));
                removals.add(new SubscriptionChange(number, change.filter(), change.filterUtf8(), false, 0, 0));
            }
        }
        removals.forEach(group::addChange);
    }

    /** The end of a session without rows: its subscriptions leave the tree, its will row and mark go. */
    public static class Volatile extends CommitOp {
        private final long number;
        private final List<SubscriptionChange> removals;
        private final boolean hasWill;
        private long[] endedGroups = SharedGroups.NONE;

        public Volatile(long number, List<SubscriptionChange> removals, boolean hasWill) {
            this.number = number;
            this.removals = removals;
            this.hasWill = hasWill;
        }

        @Override
        final void apply(GroupBuilder group) {
            endedGroups = group.groups().leaveAll(group, number);
            removals.forEach(group::addChange);
            if (hasWill) {
                group.batch().delete(Table.WILL, Keys.number(number));
                group.batch().delete(Table.TIMER, Keys.timer(0, number, Keys.TimerKind.CONNECTED));
            }
            group.addEnded(number);
        }

        /** Shared groups that ended with this session, their last member; known once committed. */
        public final long[] endedGroups() {
            return endedGroups;
        }
    }

    /** The same of a session whose rows are damaged: nobody knows what it claims. */
    public static final class Uncountable extends CommitOp {
        private final long number;

        public Uncountable(long number) {
            this.number = number;
        }

        @Override
        void apply(GroupBuilder group) {
            group.counters().uncountable(number);
        }
    }

    /** A shard's recount after a crash: the messages a session still claims (C08). */
    public static final class Count extends CommitOp {
        private final long number;
        private final long[] messageIds;
        private final long appliedThrough;

        /** A count of a session that no shared group gives anything. */
        public Count(long number, long[] messageIds) {
            this(number, messageIds, Long.MAX_VALUE);
        }

        /**
         * A count.
         *
         * @param appliedThrough the last group that its shard has applied
         */
        public Count(long number, long[] messageIds, long appliedThrough) {
            this.number = number;
            this.messageIds = messageIds;
            this.appliedThrough = appliedThrough;
        }

        @Override
        void apply(GroupBuilder group) {
            if (group.counters().counted(number, messageIds)) {
                for (Moved moved : group.groups().unknown(number, appliedThrough)) {
                    group.counters().countedWithout(number, moved);
                }
            }
        }
    }
}
