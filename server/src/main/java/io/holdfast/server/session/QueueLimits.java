// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.server.session.RoutingWatch.Decision;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.store.DamagedRowException;

/** How much a session's queue may hold, and what is dropped when it holds more. */
final class QueueLimits {
    private static final long OVERFLOW_TELL_MILLIS = 60_000;

    /** Messages that a limit drops at a time: a limit that was lowered may have millions to drop. */
    static final int DROPS_AT_ONCE = 256;

    private final SessionShard shard;

    QueueLimits(SessionShard shard) {
        this.shard = shard;
    }

    void bound(Session session) {
        Limits limits = shard.limits;
        if (limits.queueMessagesMax() > 0 && session.queued() == limits.queueMessagesMax()) {
            shard.full.add(session);
        }
        for (int drops = 0; isFull(session, limits); drops++) {
            if (drops == DROPS_AT_ONCE) {
                boundLater(session);
                break;
            }
            if (shard.full.expire(session)) {
                continue;
            }
            boolean oldest = limits.overflow() == Limits.Overflow.DROP_OLDEST;
            long index = oldest ? session.firstDroppable() : session.state.next() - 1;
            if (index < session.firstUnsent() || index >= session.state.next() || session.state.isSettled(index)) {
                return; // Everything was sent, or may have been: it is the client's by now (C16).
            }
            try {
                tellOverflow(session, index);
                shard.outbound.drop(session, index);
            } catch (DamagedRowException damage) {
                shard.quarantine(session.number, damage); // It cannot be bounded; that must not fail everybody else.
                return;
            }
            boolean refused = limits.overflow() == Limits.Overflow.REFUSE;
            shard.full.add(session);
            shard.env.count(refused ? ShardEvent.DROPPED_REFUSED : ShardEvent.DROPPED_QUEUE_FULL);
            overflowed(session);
        }
        if (!session.durable) {
            boundBacklog(session);
        }
    }

    /** Others come first; then the rest of what is too much goes, until the limit is kept. */
    private void boundLater(Session session) {
        if (session.boundDue) {
            return;
        }
        session.boundDue = true;
        shard.env.execute(() -> shard.applier.whenWhole(() -> {
            session.boundDue = false;
            Session current = shard.get(session.number); // It may have left memory, or ended.
            if (current != null && !current.ended) {
                bound(current);
            }
            shard.endOfBurst();
        }));
    }

    /** The heap holds no more for sessions without rows: the one that has most of it gives its oldest messages up. */
    private void boundBacklog(Session session) {
        while (shard.backlog.isFull()) {
            Session victim = shard.backlog.victim(session);
            long index = victim.firstDroppable();
            if (index >= victim.state.next()) {
                return; // What is left belongs to sessions that nobody has looked at yet.
            }
            shard.outbound.drop(victim, index);
            shard.env.count(ShardEvent.DROPPED_QUEUE_FULL);
            overflowed(victim);
        }
    }

    /** To read the message costs something, so only where somebody looks. */
    private void tellOverflow(Session session, long index) {
        Message message = shard.isWatched() ? shard.full.message(session, index) : null;
        if (message != null) {
            shard.decided(session, message, Decision.QUEUE_FULL);
        }
    }

    /** Told once a minute, however many messages it costs. */
    private void overflowed(Session session) {
        session.dropped++;
        long now = shard.env.nowMillis();
        if (now >= session.overflowTellMillis) {
            session.overflowTellMillis = now + OVERFLOW_TELL_MILLIS;
            shard.env.queueOverflowed(session.clientId, session.dropped);
        }
    }

    private static boolean isFull(Session session, Limits limits) {
        return (limits.queueMessagesMax() > 0 && session.queued() > limits.queueMessagesMax())
                || (limits.queueBytesMax() > 0 && session.state.queuedBytes() > limits.queueBytesMax());
    }
}
