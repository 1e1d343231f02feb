// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import io.holdfast.storage.log.Moves;
import io.holdfast.storage.log.RecordWriter;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.LongToIntFunction;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Who is a member of which shared group, in ticket order, and the moves that a shard may not have applied yet. This has
 * the last word on every move: one to a session that is no member is refused, and what was given to a session that ends
 * before it could know goes back (C27). Commit thread only.
 */
final class SharedGroups {
    /** One group: a share name with a filter. It lives as long as it has members. */
    static final class Membership {
        final long number;
        final byte[] filterUtf8;
        final byte[] innerUtf8;
        final Object inner;
        final LongHashSet members = new LongHashSet();

        Membership(long number, byte[] filterUtf8, byte[] innerUtf8, Object inner) {
            this.number = number;
            this.filterUtf8 = filterUtf8;
            this.innerUtf8 = innerUtf8;
            this.inner = inner;
        }
    }

    /**
     * A committed move.
     *
     * @param position not behind the position of its group, and ahead of all groups before it
     */
    private record Given(long position, Moved moved) {}

    private final Map<String, Membership> byFilter = new HashMap<>();
    private final Long2ObjectHashMap<Membership> byNumber = new Long2ObjectHashMap<>();
    private final Long2ObjectHashMap<List<Membership>> byMember = new Long2ObjectHashMap<>();
    private final ArrayDeque<Given> given = new ArrayDeque<>();
    private LongToIntFunction ownerOf = number -> 0;
    /** For each shard, a position that it had applied when it handed its last work over. */
    private long[] applied = new long[1];

    void adopt(List<SharedMember> members, int shards, LongToIntFunction owner) {
        ownerOf = owner;
        applied = new long[shards];
        for (SharedMember row : members) {
            Membership group = byNumber.get(row.group());
            if (group == null) {
                group = new Membership(row.group(), row.filterUtf8(), row.innerUtf8(), row.inner());
                add(group);
            }
            join(group, row.member());
        }
    }

    /** What {@link #adopt} takes. */
    List<SharedMember> all() {
        List<SharedMember> rows = new ArrayList<>();
        for (Membership group : byNumber.values()) {
            for (LongHashSet.LongIterator i = group.members.iterator(); i.hasNext(); ) {
                rows.add(new SharedMember(group.number, group.filterUtf8, group.innerUtf8, group.inner, i.nextValue()));
            }
        }
        return rows;
    }

    private static String name(byte[] filterUtf8) {
        return new String(filterUtf8, StandardCharsets.UTF_8);
    }

    @Nullable
    Membership find(byte[] filterUtf8) {
        return byFilter.get(name(filterUtf8));
    }

    boolean exists(long group) {
        return byNumber.containsKey(group);
    }

    boolean isMember(long group, long session) {
        Membership membership = byNumber.get(group);
        return membership != null && membership.members.contains(session);
    }

    private void add(Membership group) {
        byFilter.put(name(group.filterUtf8), group);
        byNumber.put(group.number, group);
    }

    /** Makes a group in the batch of its first SUBSCRIBE. */
    Membership create(GroupBuilder batch, Membership group, byte[] sessionRecord, long sequence) {
        add(group);
        byte[] key = Keys.number(group.number);
        batch.batch().put(Table.SESSION, key, sessionRecord);
        new RowOps.NewSession(sequence).apply(batch);
        byte[] row = SubscriptionOps.row(SharedOps.GROUP_OPTIONS, 0, false, new byte[0], 0);
        batch.batch().put(Table.SUBSCRIPTION, Keys.subscription(group.number, group.innerUtf8), row);
        batch.addChange(change(group, true));
        return group;
    }

    /** False when the session was a member before. */
    boolean join(Membership group, long member) {
        List<Membership> groups = byMember.computeIfAbsent(member, m -> new ArrayList<>(1));
        if (!group.members.add(member)) {
            return false;
        }
        groups.add(group);
        return true;
    }

    /**
     * A session unsubscribes.
     *
     * @return the number of the group when it ends with its last member, else 0
     */
    long leave(GroupBuilder batch, Membership group, long member) {
        List<Membership> groups = byMember.get(member);
        if (groups == null || !groups.remove(group)) {
            return 0;
        }
        if (groups.isEmpty()) {
            byMember.remove(member);
        }
        return left(batch, group, member);
    }

    /** A session has ended; the numbers of the groups that end with it. */
    long[] leaveAll(GroupBuilder batch, long member) {
        List<Membership> groups = byMember.remove(member);
        if (groups == null) {
            return NONE;
        }
        long[] ended = NONE;
        for (Membership group : groups) {
            long number = left(batch, group, member);
            if (number != 0) {
                ended = Arrays.copyOf(ended, ended.length + 1);
                ended[ended.length - 1] = number;
            }
        }
        return ended;
    }

    static final long[] NONE = new long[0];

    private long left(GroupBuilder batch, Membership group, long member) {
        batch.batch().delete(Table.SUBSCRIPTION, Keys.subscription(member, group.filterUtf8));
        group.members.remove(member);
        if (!group.members.isEmpty()) {
            return 0;
        }
        byFilter.remove(name(group.filterUtf8));
        byNumber.remove(group.number);
        batch.batch().delete(Table.SUBSCRIPTION, Keys.subscription(group.number, group.innerUtf8));
        batch.addChange(change(group, false));
        // What it holds is for its shard to let go. Should the broker die before: it expires, as sessions do.
        batch.batch().put(Table.TIMER, SharedOps.endTimer(group.number), new RecordWriter(8).toBytes());
        return group.number;
    }

    private SubscriptionChange change(Membership group, boolean added) {
        return new SubscriptionChange(group.number, group.inner, group.innerUtf8, added, SharedOps.GROUP_OPTIONS, 0);
    }

    // ---- moves under way

    /** Only for a test that shows what this is for. */
    void forgetGiven() {
        given.clear();
    }

    /** Only for a test that shows what a refusal is for. */
    void admit(long group, long session) {
        Membership membership = byNumber.get(group);
        if (membership != null) {
            membership.members.add(session);
        }
    }

    /** A move is part of the group being built. */
    void given(long position, Moved moved) {
        given.add(new Given(position, moved));
    }

    /** A shard's hand-over: it had applied everything up to here, so its later ones know of it. */
    void applied(int shard, long position) {
        if (shard < applied.length) {
            applied[shard] = Math.max(applied[shard], position);
        }
        while (!given.isEmpty() && isKnown(given.peek())) {
            given.poll();
        }
    }

    private boolean isKnown(Given move) {
        return isKnown(move.moved().source(), move.position())
                && isKnown(move.moved().target(), move.position());
    }

    private boolean isKnown(long number, long position) {
        return number == Moves.NOBODY || position <= applied[ownerOf.applyAsInt(number)];
    }

    /** The messages of all moves that a shard may not know yet. */
    void forEachUnknown(LongConsumer messageId) {
        given.forEach(move -> messageId.accept(move.moved().messageId()));
    }

    /** The moves to or from a session in groups after a position, which its shard could not know. */
    Iterable<Moved> unknown(long number, long position) {
        List<Moved> moves = new ArrayList<>();
        for (Iterator<Given> i = given.iterator(); i.hasNext(); ) {
            Given move = i.next();
            boolean concerned = move.moved().source() == number || move.moved().target() == number;
            if (concerned && move.position() > position) {
                moves.add(move.moved());
            }
        }
        return moves;
    }
}
