// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.server.routing.SubscriptionOptions;
import io.holdfast.server.session.SharedGroup.Member;
import io.holdfast.storage.commit.Moved;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.Message;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The group's side of a shared subscription: what is published to it waits in its queue, a session's queue in all
 * respects, and leaves it for members that offer room. Three ways lead to a member:
 *
 * <ul>
 *   <li>A durable one is given messages by committed moves, so that it keeps what it has begun [MQTT5-4.8.2-4].
 *   <li>One without rows borrows QoS 1 messages: they stay the group's until they are acknowledged, as a crash ends such a
 *       session.
 *   <li>What must not be sent twice (QoS 2 to a session without rows, or QoS 0) is settled on disk before it is sent.
 * </ul>
 */
final class GroupFlow {
    private static final int MOVE_BYTES = 48;

    private final SessionShard shard;

    GroupFlow(SessionShard shard) {
        this.shard = shard;
    }

    private @Nullable SharedGroup group(@Nullable Session session) {
        return session == null ? null : session.group;
    }

    // ---- from members

    /**
     * A connected member has room for more.
     *
     * @param offer what it wants, and as whom
     */
    void onOffer(long number, Offer offer) {
        Session session = shard.get(number);
        SharedGroup group = group(session);
        if (session == null || group == null) {
            return;
        }
        Member member = group.member(offer.member(), offer.shard(), offer.round());
        if (member != null) {
            member.options = offer.options();
            member.identifier = offer.identifier();
            member.durable = offer.durable();
            group.addCredit(member, offer.credit());
            pump(session);
        }
    }

    /** A member's connection or membership has ended: nothing more for it. */
    void onWithdraw(long number, long memberNumber, long round) {
        Session session = shard.sessions.get(number);
        SharedGroup group = group(session);
        Member member = group == null ? null : group.find(memberNumber);
        if (session == null || group == null || member == null || member.round > round) {
            return;
        }
        group.remove(member);
        if (!group.hasMembers()) {
            session.bodies = null;
            shard.checkpoints.evictIfIdle(session);
        }
    }

    /** A borrowed message was acknowledged, or the member's queue limit has dropped it. */
    void onRepaid(long number, long index, EventKind how) {
        Session session = shard.sessions.get(number);
        SharedGroup group = group(session);
        if (session != null && group != null && group.arrived(index)) {
            session.inflight--;
            settle(session, index, how == EventKind.DROPPED ? how : EventKind.ACKNOWLEDGED);
        }
    }

    /** A borrowed message comes back: another member gets it. */
    void onUnlent(long number, long index) {
        Session session = shard.sessions.get(number);
        SharedGroup group = group(session);
        if (session != null && group != null && group.arrived(index)) {
            takeBack(session, group, index);
            pump(session);
        }
    }

    private void takeBack(Session session, SharedGroup group, long index) {
        session.inflight--;
        group.takeBack(index);
    }

    /** The last member has left. */
    void onEnd(long number) {
        shard.applier.whenWhole(() -> {
            shard.departures.endGroup(number);
            shard.endOfBurst();
        });
    }

    // ---- messages

    /** A message was appended to the group's queue. */
    void appended(Session session, long index, @Nullable Message message) {
        SharedGroup group = session.group;
        if (group != null && group.hasMembers()) {
            if (message != null) {
                shard.outbound.keep(session, index, message);
            }
            pump(session);
        }
        shard.outbound.limits.bound(session);
    }

    /** QoS 0: one connected member gets it, or nobody. */
    void deliverAtMostOnce(Session session, Message message, int flags) {
        SharedGroup group = session.group;
        Member member = group == null ? null : group.any();
        if (member != null) {
            Recipients one = new Recipients(1);
            one.add(member.number, flagsFor(member, flags), identifiers(member));
            shard.env.deliver(shard.index, message, one);
            shard.endOfBurstSoon();
        }
    }

    private static int @Nullable [] identifiers(Member member) {
        return member.identifier == 0 ? null : new int[] {member.identifier};
    }

    /** The member's granted QoS counts, and its Retain As Published [MQTT5-4.8.2-3]. */
    private static int flagsFor(Member member, int flags) {
        int qos = Math.min(flags & Delivery.QOS_MASK, SubscriptionOptions.qos(member.options));
        boolean retain = (flags & Delivery.RETAIN) != 0 && SubscriptionOptions.isRetainAsPublished(member.options);
        return qos | (retain ? Delivery.RETAIN : 0);
    }

    /** Gives away as much as members have room for, in the order of the queue. */
    void pump(Session session) {
        SharedGroup group = session.group;
        while (group != null) {
            long back = group.firstReturned();
            long index = back < 0 ? session.cursor : back;
            if (index >= session.state.next()) {
                break;
            }
            if (session.state.isSettled(index)) {
                advance(session, group, index);
            } else if (!give(session, group, index)) {
                break;
            }
        }
        if (group != null) {
            handOver(group);
            shard.full.judge(session);
        }
    }

    private static void advance(Session session, SharedGroup group, long index) {
        if (index == session.cursor) {
            session.cursor++;
        } else {
            group.pollReturned();
        }
    }

    /** False when nobody has room, or the message has to be read first. */
    private boolean give(Session session, SharedGroup group, long index) {
        Member member = group.next();
        if (member == null) {
            return false;
        }
        long delivery = session.state.delivery(index);
        if (delivery == Delivery.NONE) {
            shard.outbound.reading.readFragment(session, index);
            return false;
        }
        int flags = flagsFor(member, Delivery.flags(delivery));
        int qos = flags & Delivery.QOS_MASK;
        Message message = session.body(index);
        boolean moves = member.durable && qos > 0;
        if (!moves && message == null) {
            shard.outbound.reading.readMessages(session, index);
            return false;
        }
        advance(session, group, index);
        session.dropBody(index);
        group.pass(qos > 0 ? 1 : 0);
        if (moves) {
            move(session, group, member, index, flags, message);
        } else if (qos == 1) {
            lend(session, group, member, index, flags, Objects.requireNonNull(message));
        } else {
            spend(session, member, index, flags, Objects.requireNonNull(message));
        }
        return true;
    }

    private void move(
            Session session, SharedGroup group, Member member, long index, int flags, @Nullable Message message) {
        SharedGroup.Move move = member.building;
        if (move == null) {
            move = new GroupMove(session, member);
            member.building = move;
            group.building.add(member);
        }
        move.add(index, session.state.delivery(index), flags, message);
        group.give(index);
        session.inflight++;
    }

    private void handOver(SharedGroup group) {
        for (int i = 0; i < group.building.size(); i++) {
            Member member = group.building.get(i);
            SharedGroup.Move move = member.building;
            member.building = null;
            if (move != null) {
                shard.addUrgent(move, move.size() * MOVE_BYTES);
            }
        }
        group.building.clear();
    }

    private void lend(Session session, SharedGroup group, Member member, long index, int flags, Message message) {
        group.give(index);
        session.inflight++;
        Loan loan = loan(session, member, index, index, flags, message);
        shard.tell(member.shard, to -> to.members.onLoan(loan));
    }

    private static Loan loan(Session session, Member member, long index, long owedIndex, int flags, Message message) {
        return new Loan(
                session.number,
                owedIndex,
                member.number,
                member.round,
                message,
                flags,
                groupFlags(session, index),
                member.identifier);
    }

    private static int groupFlags(Session session, long index) {
        return Delivery.flags(session.state.delivery(index)) & (Delivery.QOS_MASK | Delivery.RETAIN);
    }

    /** Gives a message away for good, before it is sent: at the end of the member's session it goes to nobody else. */
    private void spend(Session session, Member member, long index, int flags, Message message) {
        Loan gift = loan(session, member, index, Loan.SPENT, flags, message);
        int to = member.shard;
        settle(session, index, EventKind.COMPLETED);
        shard.addUrgent(
                new RowOps.Note() {
                    @Override
                    public void committed() {
                        shard.tell(to, other -> other.members.onLoan(gift));
                    }
                },
                0);
    }

    private void settle(Session session, long index, EventKind kind) {
        long delivery = session.state.delivery(index);
        shard.out().event(kind, session.number, index, Delivery.messageId(delivery));
        shard.checkpoints.mark(session, Session.Dirty.CHANGED);
        session.state.settle(index);
        session.dropBody(index);
    }

    // ---- moves

    /** A move is on disk: the group has let the message go (C27). */
    void movedAway(Session session, Moved moved) {
        SharedGroup group = session.group;
        if (group != null && group.arrived(moved.index())) {
            session.inflight--;
        }
        session.state.settle(moved.index());
        session.settleOnDisk(moved.index());
        session.dropBody(moved.index());
        shard.checkpoints.mark(session, Session.Dirty.CHANGED);
    }

    /** A message has come back from a member. */
    void movedBack(Session session, Moved moved) {
        long index = session.state.append(Delivery.of(moved.messageId(), moved.flags()), 0, null);
        shard.checkpoints.mark(session, Session.Dirty.APPENDED);
        appended(session, index, null);
    }

    /** Messages for one member, all or none of which change hands. */
    private final class GroupMove extends SharedGroup.Move {
        private final Session session;
        private final Member to;

        GroupMove(Session session, Member to) {
            super(session.number, to);
            this.session = session;
            this.to = to;
        }

        @Override
        public void committed() {
            SharedGroup group = session.group;
            if (!isRefused() || session.ended || group == null) {
                return; // What was moved has been applied, with the group's moves.
            }
            group.remove(to);
            for (int i = 0; i < size(); i++) {
                if (group.arrived(index(i))) {
                    takeBack(session, group, index(i));
                }
            }
            pump(session);
        }
    }

    /**
     * Room that a member offers.
     *
     * @param round of its connection
     * @param options its subscription's, packed as in the subscription tree
     * @param identifier its Subscription Identifier, 0 for none
     * @param credit messages more than it offered before
     */
    record Offer(long member, int shard, long round, int options, int identifier, boolean durable, int credit) {}

    /**
     * A message for a member without rows, or at QoS 0.
     *
     * @param index the group's, or {@link #SPENT} when the group has settled it
     */
    record Loan(
            long group,
            long index,
            long member,
            long round,
            Message message,
            int flags,
            int groupFlags,
            int identifier) {
        static final long SPENT = -1;
    }
}
