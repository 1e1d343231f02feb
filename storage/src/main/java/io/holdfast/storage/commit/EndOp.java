// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

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

    /**
     * The end of a session with rows.
     *
     * @param clientId null when the client identifier belongs to another session by now
     * @param messageIds messages that the session still claimed
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

    @Override
    final void apply(GroupBuilder group) {
        for (long id : messageIds) {
            group.counters().settle(number, id);
        }
        group.addQueued(-messageIds.length);
        group.counters().ended(number);
        group.log().ended(number);
        unsubscribeAll(group);
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

    private void unsubscribeAll(GroupBuilder group) {
        List<SubscriptionChange> removals = new ArrayList<>();
        try (RowCursor rows = group.store().cursor(Table.SUBSCRIPTION, Keys.number(number), Keys.number(number + 1))) {
            while (rows.next()) {
                byte[] filter = Keys.subscriptionFilter(rows.key());
                group.batch().delete(Table.SUBSCRIPTION, rows.key());
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
    public static final class Volatile extends CommitOp {
        private final long number;
        private final List<SubscriptionChange> removals;
        private final boolean hasWill;

        public Volatile(long number, List<SubscriptionChange> removals, boolean hasWill) {
            this.number = number;
            this.removals = removals;
            this.hasWill = hasWill;
        }

        @Override
        void apply(GroupBuilder group) {
            removals.forEach(group::addChange);
            if (hasWill) {
                group.batch().delete(Table.WILL, Keys.number(number));
                group.batch().delete(Table.TIMER, Keys.timer(0, number, Keys.TimerKind.CONNECTED));
            }
            group.addEnded(number);
        }
    }

    /** A shard's recount after a crash: the messages a session still claims (C08). */
    public static final class Count extends CommitOp {
        private final long number;
        private final long[] messageIds;

        public Count(long number, long[] messageIds) {
            this.number = number;
            this.messageIds = messageIds;
        }

        @Override
        void apply(GroupBuilder group) {
            group.counters().counted(number, messageIds);
        }
    }
}
