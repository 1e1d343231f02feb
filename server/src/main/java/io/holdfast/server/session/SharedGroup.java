// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.topic.TopicFilter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/**
 * What only a running broker needs of a shared group: which members are connected, how much each of them has room for,
 * and which messages are on their way. Belongs to the group's {@link Session}; its shard only.
 */
final class SharedGroup {
    /** A connected member. Everything it is offered with lives as long as its connection. */
    static final class Member {
        final long number;
        final int shard;
        /** Of the connection: a later one begins with an offer of its own. */
        final long round;

        int options;
        int identifier;
        boolean durable;

        /** Messages that it has room for and that were not given to it yet. */
        int credit;

        private boolean queued;
        private boolean gone;

        /** Moves that leave with the current burst. */
        @Nullable
        Move building;

        Member(long number, int shard, long round) {
            this.number = number;
            this.shard = shard;
            this.round = round;
        }
    }

    final TopicFilter filter;
    private final Long2ObjectHashMap<Member> byNumber = new Long2ObjectHashMap<>();
    private final List<Member> members = new ArrayList<>(1);

    /** Members with room; each message goes to the one whose turn it is. */
    private final ArrayDeque<Member> ready = new ArrayDeque<>(1);

    /** Indexes that are on their way to a member or lent to one. */
    private final LongHashSet given = new LongHashSet();

    /** Indexes below the cursor that came back: first in turn. */
    private final TreeSet<Long> returned = new TreeSet<>();

    private int turn;

    /** Members that are given something in the current burst. */
    final List<Member> building = new ArrayList<>(1);

    SharedGroup(TopicFilter filter) {
        this.filter = filter;
    }

    // ---- members

    /** A member as it offered itself last; null when an older connection's offer comes late. */
    @Nullable
    Member member(long number, int shard, long round) {
        Member known = byNumber.get(number);
        if (known != null && known.round >= round) {
            return known.round == round ? known : null;
        }
        if (known != null) {
            remove(known);
        }
        Member member = new Member(number, shard, round);
        byNumber.put(number, member);
        members.add(member);
        return member;
    }

    @Nullable
    Member find(long number) {
        return byNumber.get(number);
    }

    void remove(Member member) {
        if (byNumber.remove(member.number, member)) {
            members.remove(member);
            member.gone = true;
            member.credit = 0;
        }
    }

    boolean hasMembers() {
        return !members.isEmpty();
    }

    void addCredit(Member member, int credit) {
        member.credit += credit;
        if (member.credit > 0 && !member.queued) {
            member.queued = true;
            ready.add(member);
        }
    }

    /** The member whose turn it is, or null when none has room. */
    @Nullable
    Member next() {
        for (Member first = ready.peek(); first != null; first = ready.peek()) {
            if (!first.gone && first.credit > 0) {
                return first;
            }
            ready.remove();
            first.queued = false;
        }
        return null;
    }

    /** The member returned by {@link #next} got a message: the others come first now. */
    void pass(int used) {
        Member first = ready.remove();
        first.credit -= used;
        first.queued = first.credit > 0;
        if (first.queued) {
            ready.add(first);
        }
    }

    /** Any connected member in turn, for what needs no room; null when there is none. */
    @Nullable
    Member any() {
        if (members.isEmpty()) {
            return null;
        }
        turn = turn + 1 < members.size() ? turn + 1 : 0;
        return members.get(turn);
    }

    // ---- messages on their way

    void give(long index) {
        given.add(index);
    }

    /** The message of this index is no longer on its way; false when it was not. */
    boolean arrived(long index) {
        return given.remove(index);
    }

    boolean isGiven(long index) {
        return given.contains(index);
    }

    void takeBack(long index) {
        returned.add(index);
    }

    /** The lowest index that came back, or -1. */
    long firstReturned() {
        return returned.isEmpty() ? -1 : returned.first();
    }

    void pollReturned() {
        returned.pollFirst();
    }

    /** Whether nothing would be forgotten if the group left memory. */
    boolean isIdle() {
        return members.isEmpty() && given.isEmpty();
    }

    /** A move of this group's messages to one member. */
    abstract static class Move extends io.holdfast.storage.commit.MoveOp {
        Move(long group, Member to) {
            super(group, to.number, to.round, to.identifier);
        }
    }
}
