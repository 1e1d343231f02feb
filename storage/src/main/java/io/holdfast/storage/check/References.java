// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.check;

import com.google.protobuf.Message;
import io.holdfast.storage.record.ClientRecord;
import io.holdfast.storage.record.RetainedRecord;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What rows say of each other: every row has its owner, and what belongs together is there as a whole. */
final class References {
    private static final int NEVER_EXPIRES = -1;
    private static final String SHARE = "$share/";

    private final Ground ground;
    private final SessionLookup sessions;
    private final Memberships memberships;

    References(Ground ground) {
        this.ground = ground;
        sessions = new SessionLookup(ground.store());
        memberships = new Memberships(ground, sessions);
    }

    void row(Table table, byte[] key, Message record) {
        switch (table) {
            case CLIENT -> client(key, ((ClientRecord) record).getSession());
            case SESSION -> session(key, (SessionRecord) record);
            case INFLIGHT, QUEUE -> owned(table, key);
            case SUBSCRIPTION -> subscription(key, (SubscriptionRecord) record);
            case RETAINED -> retained(key, (RetainedRecord) record);
            case WILL -> will(key);
            case TIMER -> timer(key);
            case META, MESSAGE, LOG, TOPIC -> {
                // These refer to nothing, or to what is checked elsewhere.
            }
        }
    }

    private void untidy(Table table, byte[] key, long session, String what) {
        ground.out().found(Finding.untidy(Check.REFERENCE, table, key, session, what));
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private boolean exists(Table table, byte[] key) {
        try {
            return ground.store().get(table, key) != null;
        } catch (DamagedRowException e) {
            return true; // That it is damaged is told with its own table.
        }
    }

    private void client(byte[] key, long number) {
        SessionRecord session = sessions.find(number);
        if (session == null) {
            untidy(Table.CLIENT, key, number, "the client's session " + number + " is not there");
        } else if (SessionLookup.isReadable(session) && !session.getClientId().equals(text(Keys.textBytes(key)))) {
            untidy(Table.CLIENT, key, number, "session " + number + " is one of '" + session.getClientId() + "'");
        }
    }

    private void session(byte[] key, SessionRecord record) {
        long number = Keys.number(key);
        if (!ground.isTaken(number)) {
            ground.out()
                    .found(Finding.damage(
                            Check.COUNTER,
                            Table.SESSION,
                            key,
                            number,
                            "the store would give this session's number away again: the next sequence is "
                                    + ground.nextSession()));
        }
        if (!record.getSharedFilter().isEmpty()) {
            memberships.group(number, record);
            return;
        }
        byte[] client = Keys.text(record.getClientId().getBytes(StandardCharsets.UTF_8));
        if (!exists(Table.CLIENT, client)) {
            untidy(
                    Table.SESSION,
                    key,
                    number,
                    "its client would not find it: no row names '" + record.getClientId() + "'");
        }
        times(key, number, record);
    }

    /** A session is connected and has its mark, or it is not and has what ends it. */
    private void times(byte[] key, long number, SessionRecord record) {
        if (exists(Table.TIMER, Keys.timer(0, number, TimerKind.CONNECTED))) {
            return;
        }
        if (record.getDisconnectedMillis() == 0) {
            untidy(
                    Table.SESSION,
                    key,
                    number,
                    "it never disconnected, but has no connected mark: it would never expire");
        } else if (record.getExpirySeconds() != NEVER_EXPIRES && record.getExpirySeconds() != 0) {
            byte[] due = Keys.timer(expiryDue(record), number, TimerKind.SESSION_EXPIRY);
            if (!exists(Table.TIMER, due)) {
                untidy(Table.SESSION, key, number, "it is to expire, but no timer says so");
            }
        }
        if (record.getWillDueMillis() != 0
                && !exists(Table.TIMER, Keys.timer(record.getWillDueMillis(), number, TimerKind.WILL_DELAY))) {
            untidy(Table.SESSION, key, number, "its will is to be published, but no timer says so");
        }
    }

    private static long expiryDue(SessionRecord record) {
        return record.getDisconnectedMillis() + Integer.toUnsignedLong(record.getExpirySeconds()) * 1_000;
    }

    private void owned(Table table, byte[] key) {
        long number = Keys.number(key);
        if (sessions.find(number) == null) {
            untidy(table, key, number, "its session is not there");
        }
    }

    private void subscription(byte[] key, SubscriptionRecord row) {
        long number = Keys.number(key);
        SessionRecord owner = sessions.find(number);
        if (owner == null) {
            untidy(Table.SUBSCRIPTION, key, number, "its session is not there");
            return;
        }
        String filter = text(Keys.subscriptionFilter(key));
        if (SessionLookup.isReadable(owner)) {
            memberships.subscription(key, filter, owner, row);
        }
        if (row.getOwedBelow() > ground.head() + 1) {
            ground.out()
                    .found(Finding.damage(
                            Check.POSITION,
                            Table.SUBSCRIPTION,
                            key,
                            number,
                            "it is owed retained messages below " + row.getOwedBelow() + ", but the log ends at "
                                    + ground.head()));
        }
        if (!exists(Table.TOPIC, Keys.text(inner(filter).getBytes(StandardCharsets.UTF_8)))) {
            untidy(Table.SUBSCRIPTION, key, number, "the topic registry does not know its filter");
        }
    }

    private static String inner(String filter) {
        return filter.startsWith(SHARE) ? filter.substring(filter.indexOf('/', SHARE.length()) + 1) : filter;
    }

    private void retained(byte[] key, RetainedRecord row) {
        if (row.getMessageId() > ground.head()) {
            ground.out()
                    .found(Finding.damage(
                            Check.POSITION,
                            Table.RETAINED,
                            key,
                            0,
                            "it is message " + row.getMessageId() + ", but the log ends at " + ground.head()));
        }
        byte[] topic = row.getMessage().getTopic().toByteArray();
        if (topic.length > 0 && !Arrays.equals(topic, Keys.textBytes(key))) {
            untidy(Table.RETAINED, key, 0, "its message was published to another topic: '" + text(topic) + "'");
        }
    }

    private void will(byte[] key) {
        long number = Keys.number(key);
        // A session without rows has its will and a mark, and nothing else (C03).
        if (sessions.find(number) == null && !exists(Table.TIMER, Keys.timer(0, number, TimerKind.CONNECTED))) {
            untidy(Table.WILL, key, number, "neither its session nor its connection is there");
        }
    }

    private void timer(byte[] key) {
        long number = Keys.timerSession(key);
        SessionRecord session = sessions.find(number);
        switch (Keys.timerKind(key)) {
            case CONNECTED -> {
                if (session == null && !exists(Table.WILL, Keys.number(number))) {
                    untidy(Table.TIMER, key, number, "neither the session of this connection nor its will is there");
                }
            }
            case SESSION_EXPIRY -> {
                boolean end = session != null && !session.getSharedFilter().isEmpty();
                if (session == null) {
                    untidy(Table.TIMER, key, number, "the session that is to expire is not there");
                } else if (!end
                        && SessionLookup.isReadable(session)
                        && expiryDue(session) != Keys.timerDueMillis(key)) {
                    untidy(Table.TIMER, key, number, "its session expires at another time");
                }
            }
            case WILL_DELAY -> {
                if (session == null || !exists(Table.WILL, Keys.number(number))) {
                    untidy(Table.TIMER, key, number, "the will that is to be published is not there");
                } else if (SessionLookup.isReadable(session)
                        && session.getWillDueMillis() != Keys.timerDueMillis(key)) {
                    untidy(Table.TIMER, key, number, "its will is due at another time");
                }
            }
        }
    }
}
