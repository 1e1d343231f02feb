// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.routing.SubscriptionOptions;
import io.holdfast.storage.commit.SharedMember;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The shared groups that a start finds. */
final class SimGroups {
    private final List<SharedMember> members = new ArrayList<>();
    private final Set<Long> orphans = new LinkedHashSet<>();

    SimGroups(RowReader store) {
        Set<Long> kept = new LinkedHashSet<>();
        try (RowCursor rows = store.cursor(Table.SUBSCRIPTION, Keys.number(0), Keys.end())) {
            while (rows.next()) {
                SubscriptionRecord row = SubscriptionRecord.parseFrom(rows.record());
                long number = Keys.number(rows.key());
                if (row.getGroup() != 0) {
                    TopicFilter filter = TopicFilter.parse(Keys.subscriptionFilter(rows.key()));
                    TopicFilter inner = filter.inner();
                    members.add(new SharedMember(row.getGroup(), filter.utf8(), inner.utf8(), inner, number));
                    kept.add(row.getGroup());
                } else if (SubscriptionOptions.isShared(row.getOptions())) {
                    orphans.add(number);
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new Violation("a subscription row cannot be read: " + e);
        }
        try (RowCursor rows = store.cursor(Table.TIMER, Keys.number(1), Keys.number(2))) {
            while (rows.next()) {
                orphans.add(Keys.timerSession(rows.key()));
            }
        }
        orphans.removeAll(kept);
    }

    List<SharedMember> members() {
        return members;
    }

    /** Those whose members have all ended, with the broker or just before it. */
    Set<Long> orphans() {
        return orphans;
    }
}
