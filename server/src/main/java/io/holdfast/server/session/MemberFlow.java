// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.access.Grants;
import io.holdfast.server.session.GroupFlow.Loan;
import io.holdfast.server.session.GroupFlow.Offer;
import io.holdfast.storage.commit.Moved;
import io.holdfast.storage.commit.ReturnOp;
import io.holdfast.storage.commit.ReturnedMessage;
import io.holdfast.storage.commit.SharedOps;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.Moves;
import io.holdfast.storage.log.Origin;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The member's side of shared subscriptions: a connected member offers its groups the room that its window has, takes
 * what they give, and gives back what it did not begin to send. So load follows the windows, and a slow member gets less.
 */
final class MemberFlow {
    private static final byte[] SHARE = "$share/".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SHARE_END = "$share0".getBytes(StandardCharsets.US_ASCII);
    private static final int STEP_BYTES = 96;

    /** An offer is worth a message between shards when it is this part of the window. */
    private static final int OFFER_PART = 8;

    /** Unsent messages looked at when a connection ends; what lies behind stays with the member. */
    private static final int GIVE_BACK_MAX = 4_096;

    private final SessionShard shard;
    private final List<Session> due = new ArrayList<>();
    private long rounds;

    MemberFlow(SessionShard shard) {
        this.shard = shard;
    }

    // ---- SUBSCRIBE and UNSUBSCRIBE

    /** A shared filter of a SUBSCRIBE. Its retained messages are not sent [MQTT5-4.8.2-1]. */
    void join(Session session, TopicFilter filter, int options, int identifier) {
        if (!session.durable) {
            session.volatileFilters().add(filter);
            session.subscriptionCount = session.volatileFilters().size();
        }
        TopicFilter inner = filter.inner();
        long sequence = shard.env.nextSessionSequence();
        shard.addUrgent(
                new Joined(
                        session,
                        filter,
                        inner,
                        options,
                        identifier,
                        SessionNumbers.of(sequence, filter.toString()),
                        sequence),
                STEP_BYTES + filter.utf8().length);
    }

    private final class Joined extends SharedOps.Join {
        private final Session session;
        private final TopicFilter filter;
        private final int options;
        private final int identifier;

        Joined(
                Session session,
                TopicFilter filter,
                TopicFilter inner,
                int options,
                int identifier,
                long candidate,
                long sequence) {
            super(
                    session.number,
                    filter.utf8(),
                    inner.utf8(),
                    inner,
                    options,
                    identifier,
                    session.durable,
                    candidate,
                    sequence);
            this.session = session;
            this.filter = filter;
            this.options = options;
            this.identifier = identifier;
        }

        @Override
        public void committed() {
            if (group() == 0 || session.ended) {
                return;
            }
            if (session.durable && !existed()) {
                session.subscriptionCount++;
            }
            if (session.durable && session.connection == null) {
                return; // Its row tells the next connection.
            }
            Membership known = session.membership(group());
            if (known == null) {
                session.memberships().put(group(), new Membership(group(), filter, options, identifier));
            } else {
                known.options = options;
                known.identifier = identifier;
                offer(session, known, 0); // What is given from now on is given by these, room or not.
            }
            offer(session);
        }
    }

    /** A shared filter of an UNSUBSCRIBE: what was begun is finished, the rest goes back [MQTT5-3.10.4-3]. */
    SharedOps.Leave leave(Session session, TopicFilter filter) {
        Membership membership = session.membership(filter);
        if (membership != null) {
            forget(session, membership);
        }
        Left left = new Left(session, filter);
        shard.addUrgent(left, STEP_BYTES + filter.utf8().length);
        return left;
    }

    private void forget(Session session, Membership membership) {
        withdraw(session, membership);
        session.memberships().remove(membership.group);
        giveBack(session, membership.group);
    }

    private final class Left extends SharedOps.Leave {
        private final Session session;
        private final TopicFilter filter;

        Left(Session session, TopicFilter filter) {
            super(session.number, filter.utf8());
            this.session = session;
            this.filter = filter;
        }

        @Override
        public void committed() {
            if (session.durable && existed() && session.subscriptionCount > 0) {
                session.subscriptionCount--;
            }
            Membership late = session.membership(filter); // A SUBSCRIBE before it was committed meanwhile.
            if (late != null && !session.ended) {
                forget(session, late);
            }
            ended(endedGroup());
        }
    }

    void ended(long group) {
        if (group != 0) {
            shard.tell(shardOf(group), to -> to.groups.onEnd(group));
        }
    }

    void ended(long[] groups) {
        for (long group : groups) {
            ended(group);
        }
    }

    private int shardOf(long group) {
        return SessionNumbers.shard(group, shard.shards);
    }

    // ---- connections

    /** A session has a connection: its groups hear what it has room for. */
    void connected(Session session) {
        if (session.durable && session.memberships == null && shard.env.hasSharedGroups()) {
            load(session);
        }
        session.offerRound = ++rounds;
        for (Membership membership : session.allMemberships()) {
            membership.offered = 0;
        }
        offer(session);
    }

    private void load(Session session) {
        byte[] from = Keys.subscription(session.number, SHARE);
        byte[] to = Keys.subscription(session.number, SHARE_END);
        try (RowCursor rows = shard.store.cursor(Table.SUBSCRIPTION, from, to)) {
            while (rows.nextReadable(damage -> {})) {
                membership(rows).ifPresent(membership -> session.memberships().put(membership.group, membership));
            }
        }
    }

    /** A damaged row makes nobody a member, as at the start, where it was told. */
    private static Optional<Membership> membership(RowCursor rows) {
        try {
            SubscriptionRecord row = SubscriptionRecord.parseFrom(rows.record());
            TopicFilter filter = TopicFilter.parse(Keys.subscriptionFilter(rows.key()));
            return Optional.of(new Membership(row.getGroup(), filter, row.getOptions(), row.getIdentifier()));
        } catch (DamagedRowException e) {
            return Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("row of table subscription is no SubscriptionRecord", e);
        }
    }

    /** A session has lost its connection: what it did not begin to send is for others. */
    void disconnected(Session session) {
        if (session.memberships != null) {
            withdraw(session);
            giveBack(session, 0);
        }
    }

    /** A session has no room any more, as it has no connection or ends. */
    void withdraw(Session session) {
        for (Membership membership : session.allMemberships()) {
            withdraw(session, membership);
        }
        if (session.durable) {
            session.memberships = null; // Its rows know; a session in memory may be one of many.
        }
    }

    private void withdraw(Session session, Membership membership) {
        membership.offered = 0;
        long round = session.offerRound;
        shard.tell(shardOf(membership.group), to -> to.groups.onWithdraw(membership.group, session.number, round));
    }

    private boolean isDenied(Connection connection, Membership membership) {
        return shard.permissions.subscribeQosMax(connection, membership.filter) == Grants.NOT_AT_ALL;
    }

    /** Rules may have changed: a member that may not have its group's messages gives back what it did not begin to send. */
    void review(Session session) {
        Connection connection = session.connection;
        if (connection == null || session.memberships == null) {
            return;
        }
        for (Membership membership : List.copyOf(session.allMemberships())) {
            if (isDenied(connection, membership)) {
                withdraw(session, membership);
                giveBack(session, membership.group);
            }
        }
        offer(session);
    }

    // ---- room

    /** A message was settled: there may be room. Offers go out when the burst ends. */
    void settled(Session session) {
        if (session.memberships != null && !session.offerDue && session.connection != null) {
            session.offerDue = true;
            due.add(session);
            shard.endOfBurstSoon();
        }
    }

    void offerDue() {
        for (int i = 0; i < due.size(); i++) {
            due.get(i).offerDue = false;
            offer(due.get(i));
        }
        due.clear();
    }

    private void offer(Session session) {
        Connection connection = session.connection;
        Long2ObjectHashMap<Membership> all = session.memberships;
        if (connection == null || all == null || session.ended) {
            return;
        }
        long room = room(session, connection);
        int worthwhile = Math.max(1, connection.receiveMaximum / OFFER_PART);
        for (Membership membership : all.values()) {
            if (isDenied(connection, membership)) {
                continue; // What it were given would only be dropped.
            }
            int credit = (int) (room - membership.offered);
            if (credit >= worthwhile || (credit > 0 && membership.offered == 0)) {
                offer(session, membership, credit);
            }
        }
    }

    private void offer(Session session, Membership membership, int credit) {
        if (session.connection == null) {
            return;
        }
        membership.offered += credit;
        Offer offer = new Offer(
                session.number,
                shard.index,
                session.offerRound,
                membership.options,
                membership.identifier,
                session.durable,
                credit);
        shard.tell(shardOf(membership.group), to -> to.groups.onOffer(membership.group, offer));
    }

    /** Messages that the session has room for: within its window, and within the limit on its queue. */
    private long room(Session session, Connection connection) {
        long window = connection.receiveMaximum - session.state.unsettledCount();
        int limit = shard.limits.queueMessagesMax();
        return limit == 0 ? window : Math.min(window, limit - session.queued());
    }

    private static @Nullable Membership used(Session session, long group, long round) {
        Membership membership = session.membership(group);
        if (membership != null && session.offerRound == round && membership.offered > 0) {
            membership.offered--;
        }
        return membership;
    }

    // ---- what groups give

    /** A committed move: from here on the message is the member's own. */
    void arrived(Session session, Moved moved) {
        Membership membership = used(session, moved.source(), moved.generation());
        Message message = moved.message();
        long delivery = Delivery.of(moved.messageId(), moved.flags());
        // This copy has the identifier of the shared subscription, one for a plain subscription has its own
        // [MQTT5-3.3.4-5].
        int[] beside = Moves.beside(moved.source(), moved.flags(), moved.identifier());
        long index = session.state.append(delivery, message == null ? 0 : message.storedBytes(), beside);
        shard.checkpoints.mark(session, Session.Dirty.APPENDED);
        if (session.connection == null || membership == null) {
            ReturnOp back = new ReturnOp(session.number);
            back(session, index, back);
            handOver(back);
        } else if (message == null) {
            shard.outbound.pump(session);
            shard.outbound.limits.bound(session);
        } else {
            shard.outbound.appended(session, index, message);
        }
    }

    /** A message for a session without rows, or at QoS 0. */
    void onLoan(Loan loan) {
        Session session = shard.sessions.get(loan.member());
        int qos = loan.flags() & Delivery.QOS_MASK;
        Membership membership = session == null ? null : used(session, loan.group(), qos > 0 ? loan.round() : -1);
        if (session == null || session.ended || session.connection == null || membership == null) {
            refuse(loan, qos);
            return;
        }
        if (qos == 0) {
            shard.outbound.sendAtMostOnce(session, loan.message(), loan.flags(), identifiers(loan));
            return;
        }
        int[] beside = Origin.of(loan.group(), loan.groupFlags(), loan.identifier());
        long delivery = Delivery.of(0, loan.flags() | Delivery.GROUP);
        long index = session.state.append(delivery, loan.message().storedBytes(), beside);
        if (loan.index() != Loan.SPENT) {
            session.loans().put(index, loan.index());
        }
        shard.outbound.appended(session, index, loan.message());
    }

    private static int @Nullable [] identifiers(Loan loan) {
        return loan.identifier() == 0 ? null : new int[] {loan.identifier()};
    }

    private void refuse(Loan loan, int qos) {
        if (loan.index() != Loan.SPENT) {
            shard.tell(shardOf(loan.group()), to -> to.groups.onUnlent(loan.group(), loan.index()));
        } else if (qos > 0) {
            shard.addUrgent(new ReturnedMessage(loan.message(), loan.group(), loan.groupFlags()), STEP_BYTES);
        }
    }

    /** A message that came through a group is settled or dropped by a session without rows. */
    void repaid(Session session, long index, EventKind kind) {
        Long2LongHashMap loans = session.loans;
        int[] beside = session.state.identifiers(index);
        long lent = loans == null ? Loan.SPENT : loans.remove(index);
        if (lent != Loan.SPENT && beside != null) {
            long group = Origin.group(beside);
            shard.tell(shardOf(group), to -> to.groups.onRepaid(group, lent, kind));
        }
    }

    // ---- giving back

    /** Gives back what a living durable session has not begun to send, of one group or of all. */
    private void giveBack(Session session, long group) {
        if (!session.durable) {
            return; // What it has borrowed goes on being sent.
        }
        ReturnOp back = new ReturnOp(session.number);
        long end = Math.min(session.state.next(), session.firstUnsent() + GIVE_BACK_MAX);
        for (long i = session.firstUnsent(); i < end; i++) {
            int[] beside = session.state.identifiers(i);
            boolean shared = Origin.isShared(session.state.delivery(i));
            if (shared && beside != null && (group == 0 || Origin.group(beside) == group)) {
                back(session, i, back);
            }
        }
        handOver(back);
    }

    private void back(Session session, long index, ReturnOp op) {
        int[] beside = session.state.identifiers(index);
        if (beside == null) {
            return;
        }
        long messageId = Delivery.messageId(session.state.delivery(index));
        op.add(index, messageId, Origin.group(beside), Origin.groupFlags(beside));
        session.state.settle(index);
        session.dropBody(index);
        shard.checkpoints.mark(session, Session.Dirty.CHANGED);
        settled(session); // Its other groups may have waited for the room.
    }

    private void handOver(ReturnOp back) {
        if (back.size() > 0) {
            shard.addUrgent(back, back.size() * STEP_BYTES);
        }
    }

    /** The end of a session without rows: what it borrowed goes to others, QoS 2 only if unsent [MQTT5-4.8.2-5]. */
    void returnLoans(Session session) {
        for (long i = session.state.acknowledged(); i < session.state.next(); i++) {
            long delivery = session.state.delivery(i);
            int[] beside = session.state.identifiers(i);
            if (delivery == Delivery.NONE || !Origin.isShared(delivery) || beside == null) {
                continue;
            }
            long group = Origin.group(beside);
            long lent = session.loans == null ? Loan.SPENT : session.loans.get(i);
            Message message = session.body(i);
            if (lent != Loan.SPENT) {
                shard.tell(shardOf(group), to -> to.groups.onUnlent(group, lent));
            } else if (i >= session.sentThrough && message != null) {
                shard.addUrgent(new ReturnedMessage(message, group, Origin.groupFlags(beside)), STEP_BYTES);
            }
        }
    }
}
