// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.storage.commit.EndOp;
import io.holdfast.storage.commit.ReturnOp;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.commit.SharedOps;
import io.holdfast.storage.commit.SubscriptionChange;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.Origin;
import io.holdfast.storage.log.QueueWalk;
import io.holdfast.storage.log.SessionRows;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.LongArrayList;
import org.jspecify.annotations.Nullable;

/** The end of a session: clean start, expiry, or the end of the connection of a volatile one [MQTT-3.1.2-6]. */
final class SessionEnd {
    private static final int ROW_BYTES = 256;

    private final SessionShard shard;

    SessionEnd(SessionShard shard) {
        this.shard = shard;
    }

    /**
     * What a session holds in the store beside its own rows.
     *
     * @param claims messages it is owed that go with it
     * @param back messages that go to other members of shared groups
     * @param fragments first indexes of its queue fragments
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Held(long[] claims, ReturnOp back, long[] fragments) {}

    /** Reads what the end of a session has to give back; null when damage hides it: then the session is left alone. */
    @Nullable
    Held held(Session session) {
        if (!session.durable) {
            return new Held(new long[0], new ReturnOp(session.number), new long[0]);
        }
        try {
            long[] fragments = Stream.concat(
                            shard.outbound.reading.fragments(session).stream(), session.fragmentsUnderWay.stream())
                    .mapToLong(SessionRows.Range::first)
                    .toArray();
            return held(session, fragments);
        } catch (DamagedRowException damage) {
            shard.quarantine(session.number, damage);
            return null;
        }
    }

    private Held held(Session session, long[] fragments) {
        LongArrayList claims = new LongArrayList();
        ReturnOp back = new ReturnOp(session.number);
        QueueWalk.forEach(shard.store, session.state, new QueueWalk.Visitor() {
            @Override
            public void entry(long index, long delivery, int @Nullable [] beside) {
                if (beside != null && isForOthers(session, index, delivery)) {
                    back.add(index, Delivery.messageId(delivery), Origin.group(beside), Origin.groupFlags(beside));
                } else {
                    claims.addLong(Delivery.messageId(delivery));
                }
            }

            @Override
            public void missing(long from, long to) {
                throw noEntry(session, from);
            }

            @Override
            public void damaged(DamagedRowException row) {
                throw row;
            }
        });
        return new Held(claims.toLongArray(), back, fragments);
    }

    /**
     * A QoS 1 message of a shared group goes to another member, at least once; a QoS 2 message whose sending may have
     * begun goes to nobody (C28) [MQTT5-4.8.2-5].
     */
    private static boolean isForOthers(Session session, long index, long delivery) {
        return Origin.isShared(delivery) && (Delivery.qos(delivery) == 1 || index >= session.sentThrough);
    }

    void end(Session session, Held held) {
        session.ended = true;
        session.dropBodies();
        shard.full.judge(session);
        shard.members.withdraw(session);
        if (session.group == null) {
            shard.env.count(ShardEvent.SESSION_ENDED);
        }
        shard.sessions.remove(session.number);
        boolean current = shard.clients.remove(session.clientId, session.number);
        if (session.durable) {
            endDurable(session, held, current);
        } else if (session.volatileFilters != null || session.hadWill) {
            shard.members.returnLoans(session);
            List<SubscriptionChange> removals = new ArrayList<>();
            for (TopicFilter filter : session.volatileFilters()) {
                if (filter.isShared()) {
                    continue; // Its group has the subscription, and hears of the end.
                }
                removals.add(new SubscriptionChange(session.number, filter, filter.utf8(), false, 0, 0));
            }
            shard.add(new EndedVolatile(session, removals), ROW_BYTES);
        }
    }

    private void endDurable(Session session, Held held, boolean current) {
        shard.ended.add(session.number);
        shard.owners.ended(session);
        List<byte[]> timers = new ArrayList<>();
        timers.add(Keys.timer(0, session.number, TimerKind.CONNECTED));
        if (session.expiryDueMillis != 0) {
            timers.add(Keys.timer(session.expiryDueMillis, session.number, TimerKind.SESSION_EXPIRY));
        }
        if (session.willDueMillis != 0) {
            timers.add(Keys.timer(session.willDueMillis, session.number, TimerKind.WILL_DELAY));
        }
        byte[] clientId = current ? ConnectFlow.utf8(session.clientId) : null;
        if (session.group != null) {
            timers.add(SharedOps.endTimer(session.number));
        }
        Ended op = new Ended(session, clientId, held, timers);
        op.giveBack(shard.applier.applied(), held.back);
        int back = held.back.size() * ROW_BYTES;
        shard.add(op, ROW_BYTES + held.claims.length * Long.BYTES + back);
        shard.add(
                new RowOps.Note() {
                    @Override
                    public void committed() {
                        shard.ended.remove(session.number);
                    }
                },
                0);
    }

    /** A session with rows has ended; shared groups may have ended with it. */
    private final class Ended extends EndOp {
        Ended(Session session, byte @Nullable [] clientId, Held held, List<byte[]> timers) {
            super(session.number, clientId, held.claims, held.fragments, timers, TopicFilter::parse);
        }

        @Override
        public void committed() {
            shard.members.ended(endedGroups());
        }
    }

    /** The same for a session without rows. */
    private final class EndedVolatile extends EndOp.Volatile {
        EndedVolatile(Session session, List<SubscriptionChange> removals) {
            super(session.number, removals, session.hadWill);
        }

        @Override
        public void committed() {
            shard.members.ended(endedGroups());
        }
    }

    /**
     * The messages that a session still claims, as far as they are wanted, from memory and its fragments.
     *
     * @throws DamagedRowException when a fragment cannot be read
     */
    static long[] claims(SessionShard shard, Session session, LongPredicate wanted) {
        Long2LongHashMap byIndex = new Long2LongHashMap(Delivery.NONE);
        for (SessionRows.Range range : shard.outbound.reading.fragments(session)) {
            SessionRows.read(
                    shard.store, session.number, range.first(), (index, delivery, ids) -> byIndex.put(index, delivery));
        }
        LongArrayList claims = new LongArrayList();
        for (long i = session.state.acknowledged(); i < session.state.next(); i++) {
            if (!session.state.isSettled(i)) {
                long delivery = session.state.delivery(i);
                long known = delivery == Delivery.NONE ? byIndex.get(i) : delivery;
                if (known == Delivery.NONE) {
                    throw noEntry(session, i);
                }
                if (wanted.test(Delivery.messageId(known))) {
                    claims.addLong(Delivery.messageId(known));
                }
            }
        }
        return claims.toLongArray();
    }

    /** Rows are missing: as bad as rows that cannot be read. */
    private static DamagedRowException noEntry(Session session, long index) {
        byte[] key = Keys.queue(session.number, index);
        return new DamagedRowException(Table.QUEUE, key, "no row has the message of index " + index, null);
    }
}
