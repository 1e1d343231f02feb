// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.SessionRows;
import io.holdfast.storage.store.DamagedRowException;
import java.util.ArrayList;
import java.util.List;

/** Brings the entries and messages of a long queue back into memory, off the event loop where there is time to wait. */
final class QueueReading {
    private final SessionShard shard;

    QueueReading(SessionShard shard) {
        this.shard = shard;
    }

    /** The fragments of a session, read once. */
    List<SessionRows.Range> fragments(Session session) {
        if (session.fragments == null) {
            session.fragments =
                    new ArrayList<>(SessionRows.fragments(shard.store, session.number, session.state.queueHead()));
        }
        return session.fragments;
    }

    private long fragmentOf(Session session, long index) {
        for (SessionRows.Range range : fragments(session)) {
            if (index < range.end() && index >= range.first()) {
                return range.first();
            }
        }
        throw new IllegalStateException(
                "index " + index + " of session " + session.number + " is neither in memory nor in a fragment");
    }

    /** Brings a fragment's entries into memory at once: for limits, where there is no time to wait. */
    void restore(Session session, long index) {
        SessionRows.read(shard.store, session.number, fragmentOf(session, index), session.state::restore);
    }

    void readFragment(Session session, long index) {
        if (!session.reading) {
            session.reading = true;
            shard.env.read(QueuePage.fragment(session.number, fragmentOf(session, index), index));
        }
    }

    void readMessages(Session session, long from) {
        if (session.reading) {
            return;
        }
        List<QueuePage.Entry> wanted = new ArrayList<>();
        for (long i = from; i < session.state.next() && wanted.size() < shard.sizes.bodiesMax(); i++) {
            long delivery = session.state.delivery(i);
            if (delivery != Delivery.NONE && session.body(i) == null) {
                wanted.add(new QueuePage.Entry(i, delivery, session.state.identifiers(i), null, false));
            } else if (delivery == Delivery.NONE && !session.state.isSettled(i)) {
                break;
            }
        }
        session.reading = true;
        shard.env.read(QueuePage.messages(session.number, wanted));
    }

    void onPage(QueuePage page) {
        Session session = shard.sessions.get(page.number());
        if (page.failure() instanceof DamagedRowException damage) {
            shard.quarantine(page.number(), damage); // One session's queue cannot go on; the broker can.
            if (session != null && session.connection != null) {
                shard.connects.end(session.connection, ReasonCode.UNSPECIFIED_ERROR);
            }
            return;
        }
        if (page.failure() != null) {
            throw page.failure();
        }
        if (session == null || !session.reading) {
            return;
        }
        session.reading = false;
        for (QueuePage.Entry entry : page.entries()) {
            session.state.restore(entry.index(), entry.delivery(), entry.identifiers());
            if (session.state.isSettled(entry.index())) {
                continue;
            }
            if (entry.message() != null) {
                session.keepBody(entry.index(), entry.message());
            } else if (entry.looked()) {
                missing(session, entry.index());
            }
        }
        shard.outbound.pump(session);
        shard.outbound.hurry(session);
    }

    /** A message whose row is gone cannot be sent; saying so beats stopping the queue for ever. */
    private void missing(Session session, long index) {
        if (session.group != null && session.group.isGiven(index)) {
            return; // Its member will find out.
        }
        shard.env.count(ShardEvent.MESSAGE_MISSING);
        shard.env.messageLost(session.clientId, Delivery.messageId(session.state.delivery(index)));
        shard.outbound.drop(session, index);
    }
}
