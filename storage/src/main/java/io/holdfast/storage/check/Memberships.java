// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.check;

import io.holdfast.storage.commit.SharedOps;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import org.agrona.collections.LongHashSet;

/**
 * Shared groups and their members. Members whose session has no rows are in no row either, so a group without any is
 * remarkable only behind a clean stop, which has ended those sessions; only then is memory spent, one number for each
 * group.
 */
final class Memberships {
    private final Ground ground;
    private final SessionLookup sessions;
    private final LongHashSet joined = new LongHashSet();

    Memberships(Ground ground, SessionLookup sessions) {
        this.ground = ground;
        this.sessions = sessions;
    }

    private void untidy(Table table, byte[] key, String what) {
        ground.out().found(Finding.untidy(Check.MEMBERSHIP, table, key, Keys.number(key), what));
    }

    /** A row of table subscription. */
    void subscription(byte[] key, String filter, SessionRecord owner, SubscriptionRecord row) {
        String ownerGroup = owner.getSharedFilter();
        boolean shared = filter.startsWith("$share/");
        if (!ownerGroup.isEmpty()) {
            if (!ownerGroup.endsWith("/" + filter)) {
                untidy(Table.SUBSCRIPTION, key, "the group of " + ownerGroup + " subscribes to " + filter);
            }
            return;
        }
        if (shared != (row.getGroup() != 0)) {
            untidy(
                    Table.SUBSCRIPTION,
                    key,
                    shared ? "a member does not say of which group" : "a group is named for " + filter);
            return;
        }
        if (!shared) {
            return;
        }
        SessionRecord group = sessions.find(row.getGroup());
        if (group == null) {
            untidy(Table.SUBSCRIPTION, key, "its group " + row.getGroup() + " is not there");
        } else if (!group.getSharedFilter().equals(filter)) {
            untidy(
                    Table.SUBSCRIPTION,
                    key,
                    "its group " + row.getGroup() + " is one of '" + group.getSharedFilter() + "' and not of '" + filter
                            + "'");
        } else if (ground.clean()) {
            joined.add(row.getGroup());
        }
    }

    /** A row of table session that is a group; asked once all subscriptions were seen. */
    void group(long number, SessionRecord record) {
        if (ground.clean()
                && !joined.contains(number)
                && ground.store().get(Table.TIMER, SharedOps.endTimer(number)) == null) {
            untidy(
                    Table.SESSION,
                    Keys.number(number),
                    "the group of " + record.getSharedFilter() + " has no member, and nothing will end it");
        }
    }
}
