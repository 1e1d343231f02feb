// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.storage.commit.MessageOp;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.commit.SubscriptionChange;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/**
 * The commit thread's side of the subscription tree: applies changes in commit order, and has the last word on who gets a
 * message (C12). Shards match against the tree as it was; between that and the commit, subscriptions may have changed. A
 * message is therefore tested against the changes it did not see, in ticket order, and the sessions concerned are judged
 * again by their subscription rows.
 */
public final class CommittedSubscriptions {
    /** Older messages are matched anew instead of tested against every change. */
    private static final int RECENT_MAX = 1_000;

    private final SubscriptionTree tree;
    private final Router router;
    private final RowReader store;
    private final ArrayDeque<Seen> recent = new ArrayDeque<>();
    private volatile boolean shared;

    /** A visible change and the tree's generation since. */
    private record Seen(long generation, SubscriptionChange change) {}

    public CommittedSubscriptions(SubscriptionTree tree, RowReader store) {
        this.tree = tree;
        this.store = store;
        router = new Router(tree.newReader());
    }

    /** Whether there have been shared subscriptions. Any thread. */
    public boolean hasShared() {
        return shared;
    }

    /** There are shared subscriptions from an earlier life. */
    public void expectShared() {
        shared = true;
    }

    /** Makes durable changes visible. Before the shards hear of their group. */
    public void apply(List<SubscriptionChange> changes) {
        for (SubscriptionChange change : changes) {
            TopicFilter filter = (TopicFilter) change.filter();
            shared |= SubscriptionOptions.isShared(change.options());
            if (change.added()) {
                tree.put(filter, change.number(), change.options(), change.identifier());
            } else {
                tree.remove(filter, change.number());
            }
            recent.add(new Seen(tree.generation(), change));
            if (recent.size() > RECENT_MAX) {
                recent.poll();
            }
        }
    }

    /** Corrects a message's recipients for changes it was not matched with; {@code pending} are not visible yet. */
    public void revise(MessageOp op, List<SubscriptionChange> pending) {
        if (!(op instanceof RoutedMessage message)
                || (pending.isEmpty() && message.generation() == tree.generation())) {
            return;
        }
        boolean stale =
                !recent.isEmpty() && message.generation() < recent.peek().generation() - 1;
        if (stale) {
            Route route = router.route(
                    message.topic(),
                    message.message().qos(),
                    message.message().retain(),
                    message.message().publisher());
            rematch(message, route);
        }
        LongHashSet affected = new LongHashSet();
        if (!stale) {
            for (Seen seen : recent) {
                if (seen.generation() > message.generation()) {
                    note(affected, message, seen.change());
                }
            }
        }
        pending.forEach(change -> note(affected, message, change));
        if (!affected.isEmpty()) {
            rebuild(message, affected, pending);
        }
    }

    private static void rematch(RoutedMessage message, Route route) {
        Recipients before = message.recipients();
        Recipients durable = new Recipients(route.durable().size());
        Recipients live = new Recipients(route.live().size());
        for (int i = 0; i < route.durable().size(); i++) {
            Recipients now = route.durable();
            if (!isServed(message, now.number(i))) {
                durable.add(now.number(i), now.flags(i), now.identifiers(i));
            }
        }
        for (int i = 0; i < route.live().size(); i++) {
            Recipients now = route.live();
            if (message.served() == null || holds(before, now.number(i))) {
                live.add(now.number(i), now.flags(i), now.identifiers(i));
            }
        }
        message.recipients(durable, live);
    }

    private static boolean isServed(RoutedMessage message, long number) {
        return message.served() != null && holds(message.served(), number);
    }

    private static boolean holds(Recipients recipients, long number) {
        for (int i = 0; i < recipients.size(); i++) {
            if (recipients.number(i) == number) {
                return true;
            }
        }
        return false;
    }

    private void note(LongHashSet affected, RoutedMessage message, SubscriptionChange change) {
        if (!((TopicFilter) change.filter()).matches(message.topic())) {
            return;
        }
        if (isServed(message, change.number())) {
            return;
        }
        // The rows of a group that was made in this batch cannot be read yet.
        boolean group = SubscriptionOptions.isShared(change.options());
        if (group || hasRows(change.number())) {
            affected.add(change.number());
        } else if (change.added() && message.served() == null) {
            addVolatile(message, change);
        }
    }

    private boolean hasRows(long number) {
        try {
            return store.get(Table.SESSION, Keys.number(number)) != null;
        } catch (DamagedRowException e) {
            return true; // Nobody can read them, but they are there.
        }
    }

    /**
     * A volatile session has no rows to judge it by: it gets the higher QoS and one identifier more, and what it loses now
     * it may still get.
     */
    private static void addVolatile(RoutedMessage message, SubscriptionChange change) {
        if (isEcho(message, change)) {
            return;
        }
        int flags = Router.flags(
                change.options(), message.message().qos(), message.message().retain());
        int[] identifiers = Router.with(null, change.identifier());
        Recipients all = message.live();
        Recipients live = new Recipients(all.size() + 1);
        for (int i = 0; i < all.size(); i++) {
            if (all.number(i) != change.number()) {
                live.add(all.number(i), all.flags(i), all.identifiers(i));
                continue;
            }
            int before = all.flags(i);
            boolean higher = (before & Delivery.QOS_MASK) < (flags & Delivery.QOS_MASK);
            flags = (higher ? flags : before) | ((before | flags) & Delivery.RETAIN);
            identifiers = both(all.identifiers(i), change.identifier());
        }
        live.add(change.number(), marked(flags, identifiers), identifiers);
        message.recipients(message.recipients(), live);
    }

    private static int @Nullable [] both(int @Nullable [] before, int identifier) {
        boolean known = before != null && Arrays.stream(before).anyMatch(i -> i == identifier);
        return known ? before : Router.with(before, identifier);
    }

    private static int marked(int flags, int @Nullable [] identifiers) {
        return identifiers == null ? flags & ~Delivery.IDENTIFIERS : flags | Delivery.IDENTIFIERS;
    }

    /** No Local: not to the session that published it [MQTT5-3.8.3-3]. */
    private static boolean isEcho(RoutedMessage message, SubscriptionChange change) {
        return change.number() == message.message().publisher() && SubscriptionOptions.isNoLocal(change.options());
    }

    private void rebuild(RoutedMessage message, LongHashSet affected, List<SubscriptionChange> pending) {
        Recipients durable = without(message.recipients(), affected);
        Recipients live = without(message.live(), affected);
        Recipients before = message.recipients();
        for (LongHashSet.LongIterator i = affected.iterator(); i.hasNext(); ) {
            long number = i.nextValue();
            Map<TopicFilter, SubscriptionChange> filters = filters(number, pending);
            // Who newly comes in at QoS 0 would get this message behind later ones, which travel at once.
            boolean late = message.served() != null && !holds(before, number);
            judge(message, number, filters, durable, late ? new Recipients(1) : live);
        }
        message.recipients(durable, live);
    }

    private static Recipients without(Recipients all, LongHashSet affected) {
        Recipients rest = new Recipients(all.size() + affected.size());
        for (int i = 0; i < all.size(); i++) {
            if (!affected.contains(all.number(i))) {
                rest.add(all.number(i), all.flags(i), all.identifiers(i));
            }
        }
        return rest;
    }

    /** The subscriptions of a session as of this place in ticket order. */
    private Map<TopicFilter, SubscriptionChange> filters(long number, List<SubscriptionChange> pending) {
        Map<TopicFilter, SubscriptionChange> filters = new HashMap<>();
        try (RowCursor rows = store.cursor(Table.SUBSCRIPTION, Keys.number(number), Keys.number(number + 1))) {
            while (rows.nextReadable(damage -> {})) {
                filter(number, rows).ifPresent(change -> filters.put((TopicFilter) change.filter(), change));
            }
        }
        pending.forEach(change -> overlay(filters, number, change));
        return filters;
    }

    /** A row of the sessions' own subscriptions; nothing comes through one that is damaged, which was told at the start. */
    private static Optional<SubscriptionChange> filter(long number, RowCursor row) {
        try {
            byte[] utf8 = Keys.subscriptionFilter(row.key());
            SubscriptionRecord record = SubscriptionRecord.parseFrom(row.record());
            TopicFilter filter = TopicFilter.parse(utf8);
            return filter.isShared() // Its group has the subscription.
                    ? Optional.empty()
                    : Optional.of(new SubscriptionChange(
                            number, filter, utf8, true, record.getOptions(), record.getIdentifier()));
        } catch (DamagedRowException e) {
            return Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("row of table subscription is no SubscriptionRecord", e);
        }
    }

    private static void overlay(Map<TopicFilter, SubscriptionChange> filters, long number, SubscriptionChange change) {
        if (change.number() == number) {
            if (change.added()) {
                filters.put((TopicFilter) change.filter(), change);
            } else {
                filters.remove((TopicFilter) change.filter());
            }
        }
    }

    private static void judge(
            RoutedMessage message,
            long number,
            Map<TopicFilter, SubscriptionChange> filters,
            Recipients durable,
            Recipients live) {
        int options = -1;
        int[] identifiers = null;
        for (Map.Entry<TopicFilter, SubscriptionChange> entry : filters.entrySet()) {
            int own = entry.getValue().options();
            if (!isEcho(message, entry.getValue()) && entry.getKey().matches(message.topic())) {
                options = options < 0 ? own : Router.merged(options, own);
                identifiers = Router.with(identifiers, entry.getValue().identifier());
            }
        }
        if (options >= 0) {
            int flags = Router.flags(
                    options, message.message().qos(), message.message().retain());
            boolean queued = !SubscriptionOptions.isVolatile(options) && (flags & Delivery.QOS_MASK) > 0;
            (queued ? durable : live).add(number, marked(flags, identifiers), identifiers);
        }
    }
}
