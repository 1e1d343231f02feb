// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.routing.SubscriptionOptions;
import io.holdfast.server.routing.SubscriptionTree;
import io.holdfast.storage.commit.SharedMember;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fills the subscription tree from its rows; rows of sessions that have ended count for nothing. */
final class SubscriptionLoad {
    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionLoad.class);

    private final RowReader store;
    private final SubscriptionTree tree;
    private final List<Recovered.Owed> owed = new ArrayList<>();
    private final Long2ObjectHashMap<TopicFilter> groups = new Long2ObjectHashMap<>();
    private final List<SharedMember> members = new ArrayList<>();
    private long damaged;
    /** Sessions above this number, and below the next one that can be read, may be there though nobody can see them. */
    private long hiddenBehind = Long.MAX_VALUE;

    SubscriptionLoad(RowReader store) {
        this(store, new SubscriptionSnapshot(List.of(), new SubscriptionTree()));
    }

    /** With all subscriptions already; a snapshot is only made when none is owed anything. */
    SubscriptionLoad(RowReader store, SubscriptionSnapshot snapshot) {
        this.store = store;
        tree = snapshot.tree();
        members.addAll(snapshot.members());
    }

    SubscriptionLoad run() {
        try (RowCursor rows = store.cursor(Table.SUBSCRIPTION, Keys.number(0), Keys.end());
                RowCursor sessions = store.cursor(Table.SESSION, Keys.number(0), Keys.end())) {
            long session = next(sessions, 0);
            while (rows.nextReadable(this::unreadable)) {
                long number = Keys.number(rows.key());
                while (session < number) {
                    session = next(sessions, session);
                }
                if (session == number || number > hiddenBehind) {
                    load(number, rows);
                }
            }
        }
        return this;
    }

    /** The next session whose row can be read. Those in between, if damage hides some, keep their subscriptions. */
    private long next(RowCursor sessions, long before) {
        hiddenBehind = Long.MAX_VALUE;
        boolean more = sessions.nextReadable(damage -> {
            hiddenBehind = before;
            damaged++;
            LOG.error(
                    "rows of sessions behind number {} cannot be read, they are quarantined: {}; their clients are refused"
                            + " and everybody else is served; 'holdfast store salvage' saves what can be read",
                    before,
                    damage.getMessage());
        });
        return more ? Keys.number(sessions.key()) : Long.MAX_VALUE;
    }

    private void unreadable(DamagedRowException damage) {
        damaged++;
        LOG.error(
                "subscriptions of {} and sessions behind it are quarantined, they get nothing by them: {}; 'holdfast store"
                        + " salvage' saves what can be read",
                SessionName.of(store, Keys.number(damage.key())),
                damage.getMessage());
    }

    private void load(long number, RowCursor rows) {
        try {
            SubscriptionRecord row = SubscriptionRecord.parseFrom(rows.record());
            TopicFilter filter = TopicFilter.parse(Keys.subscriptionFilter(rows.key()));
            if (row.getGroup() != 0) {
                members.add(new SharedMember(
                        row.getGroup(), filter.utf8(), filter.inner().utf8(), filter.inner(), number));
                return;
            }
            tree.put(filter, number, row.getOptions(), row.getIdentifier());
            if (SubscriptionOptions.isShared(row.getOptions())) {
                groups.put(number, filter);
            }
            if (row.getOwed()) {
                owed.add(new Recovered.Owed(number, filter, row.getOptions()));
            }
        } catch (DamagedRowException | InvalidProtocolBufferException | IllegalArgumentException e) {
            damaged++;
            LOG.error(
                    "a subscription of {} is quarantined, it gets nothing by it: {}",
                    SessionName.of(store, number),
                    e.getMessage());
        }
    }

    SubscriptionTree tree() {
        return tree;
    }

    /** The members of shared groups. */
    List<SharedMember> members() {
        return members;
    }

    /** Shared groups whose members were all sessions that ended with the broker before this one. */
    long[] orphans() {
        LongHashSet kept = new LongHashSet();
        members.forEach(member -> kept.add(member.group()));
        return groups.keySet().stream()
                .mapToLong(Long::longValue)
                .filter(group -> !kept.contains(group))
                .toArray();
    }

    int groups() {
        return groups.size();
    }

    List<Recovered.Owed> owed() {
        return owed;
    }

    /** Rows that could not be trusted. */
    long damaged() {
        return damaged;
    }
}
