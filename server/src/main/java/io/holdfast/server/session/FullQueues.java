// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import org.agrona.collections.Long2LongHashMap;
import org.jspecify.annotations.Nullable;

/**
 * This shard's sessions whose queue takes no more under {@link Limits.Overflow#REFUSE}: publishers on all shards ask, so
 * that an MQTT 5 client can be told 0x97 before anything is stored. And what makes room without the client: expiry, looked
 * for when a queue is full and from time to time while it stays so.
 */
final class FullQueues {
    private static final long NONE = -1;
    private static final long LOOK_MILLIS = 5_000;
    private static final int LOOK_ENTRIES = 256;

    private final SessionShard shard;

    /** By session number, when to look for expired messages again. */
    private final Long2LongHashMap full = new Long2LongHashMap(NONE);

    FullQueues(SessionShard shard) {
        this.shard = shard;
    }

    /** A message did not fit, or is the last that did. */
    void add(Session session) {
        if (shard.limits.overflow() == Limits.Overflow.REFUSE && full.get(session.number) == NONE) {
            full.put(session.number, shard.env.nowMillis() + LOOK_MILLIS);
            shard.env.queueFull(session.number, true);
        }
    }

    /** A queue may have become shorter, or has ended. */
    void judge(Session session) {
        if (!full.isEmpty() && full.get(session.number) != NONE && (session.ended || hasRoom(session))) {
            full.remove(session.number);
            shard.env.queueFull(session.number, false);
        }
    }

    private boolean hasRoom(Session session) {
        Limits limits = shard.limits;
        return (limits.queueMessagesMax() == 0 || session.queued() < limits.queueMessagesMax())
                && (limits.queueBytesMax() == 0 || session.state.queuedBytes() < limits.queueBytesMax());
    }

    /** Once a second. */
    void tick() {
        if (full.isEmpty()) {
            return;
        }
        long now = shard.env.nowMillis();
        for (long number : full.keySet().stream().mapToLong(Long::longValue).toArray()) {
            if (full.get(number) > now) {
                continue;
            }
            full.put(number, now + LOOK_MILLIS);
            Session session = shard.get(number);
            if (session != null) {
                expire(session);
                judge(session);
            } else {
                full.remove(number);
                shard.env.queueFull(number, false);
            }
        }
    }

    /**
     * Drops what has expired at the head of the part not yet sent [MQTT5-3.3.2-5]; true if there was any. A queue without
     * limits in sight is judged when it is sent.
     */
    boolean expire(Session session) {
        long now = shard.env.nowMillis();
        if (now < session.expiryLookMillis) {
            return false;
        }
        session.expiryLookMillis = now + LOOK_MILLIS / 5;
        boolean any = false;
        long end = Math.min(session.state.next(), session.firstUnsent() + LOOK_ENTRIES);
        try {
            for (long index = session.firstUnsent(); index < end; index++) {
                if (session.state.isSettled(index)) {
                    continue;
                }
                if (session.state.delivery(index) == Delivery.NONE) {
                    shard.outbound.reading.restore(session, index);
                }
                Message message = message(session, index);
                if (message != null && message.isExpired(now)) {
                    shard.outbound.drop(session, index);
                    shard.env.count(ShardEvent.DROPPED_EXPIRED);
                    any = true;
                }
            }
        } catch (DamagedRowException damage) {
            shard.quarantine(session.number, damage);
        }
        return any;
    }

    @Nullable
    Message message(Session session, long index) {
        Message message = session.body(index);
        if (message != null || !session.durable) {
            return message;
        }
        long id = Delivery.messageId(session.state.delivery(index));
        try {
            byte[] record = shard.store.get(Table.MESSAGE, Keys.number(id));
            return record == null ? null : Message.parse(record);
        } catch (DamagedRowException e) {
            return null; // As lost as one that is not there; told when its turn comes.
        }
    }
}
