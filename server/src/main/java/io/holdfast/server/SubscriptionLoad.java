// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.routing.SubscriptionTree;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.LongHashSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fills the subscription tree from its rows; rows of sessions that have ended count for nothing. */
final class SubscriptionLoad {
    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionLoad.class);

    private final RowReader store;
    private final SubscriptionTree tree = new SubscriptionTree();
    private final List<Recovered.Owed> owed = new ArrayList<>();
    private long damaged;

    SubscriptionLoad(RowReader store) {
        this.store = store;
    }

    SubscriptionLoad run() {
        try (RowCursor rows = store.cursor(Table.SUBSCRIPTION, Keys.number(0), Keys.end());
                RowCursor sessions = store.cursor(Table.SESSION, Keys.number(0), Keys.end())) {
            long session = sessions.next() ? Keys.number(sessions.key()) : Long.MAX_VALUE;
            while (rows.next()) {
                long number = Keys.number(rows.key());
                while (session < number) {
                    session = sessions.next() ? Keys.number(sessions.key()) : Long.MAX_VALUE;
                }
                if (session == number) {
                    load(number, rows);
                }
            }
        }
        return this;
    }

    private void load(long number, RowCursor rows) {
        try {
            SubscriptionRecord row = SubscriptionRecord.parseFrom(rows.record());
            TopicFilter filter = TopicFilter.parse(Keys.subscriptionFilter(rows.key()));
            tree.put(filter, number, row.getOptions(), row.getIdentifier());
            if (row.getOwed()) {
                owed.add(new Recovered.Owed(number, filter, row.getOptions()));
            }
        } catch (DamagedRowException e) {
            damaged++;
            LOG.error("a subscription of session {} is quarantined: {}", number, e.getMessage());
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            damaged++;
            LOG.error("a subscription of session {} is quarantined: {}", number, e.getMessage());
        }
    }

    /** Takes sessions out again whose other rows cannot be trusted. */
    void leaveOut(LongHashSet quarantined) {
        owed.removeIf(entry -> quarantined.contains(entry.number()));
        for (LongHashSet.LongIterator i = quarantined.iterator(); i.hasNext(); ) {
            long number = i.nextValue();
            try (RowCursor rows = store.cursor(Table.SUBSCRIPTION, Keys.number(number), Keys.number(number + 1))) {
                while (rows.next()) {
                    remove(number, Keys.subscriptionFilter(rows.key()));
                }
            }
        }
    }

    private void remove(long number, byte[] filter) {
        try {
            tree.remove(TopicFilter.parse(filter), number);
        } catch (IllegalArgumentException e) {
            LOG.debug("a damaged filter of session {} was never loaded", number);
        }
    }

    SubscriptionTree tree() {
        return tree;
    }

    List<Recovered.Owed> owed() {
        return owed;
    }

    /** Rows that could not be trusted. */
    long damaged() {
        return damaged;
    }
}
