// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.access.Client;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.SessionRows;
import io.holdfast.storage.log.SessionState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/**
 * A session in memory: its durable half ({@link SessionState}) and what only a running broker needs. Whoever holds its
 * number knows its shard, and only that shard touches it.
 *
 * <p>A volatile session (Session Expiry 0, no row) uses the same fields; its messages hang in {@link #bodies} and nothing
 * it does is logged.
 */
final class Session {
    /** How much of a session has changed since its last checkpoint. */
    enum Dirty {
        CLEAN,
        /** Only messages were appended: a fragment will do. */
        APPENDED,
        /** The window row has to be written. */
        CHANGED
    }

    // ---- valid for the session
    final long number;
    final String clientId;
    final boolean durable;
    final SessionState state;

    /** Every index below may have been sent. */
    long sentThrough;

    long expirySeconds;
    long generation;
    int protocolLevel;
    int receiveMaximum;
    long createdMillis;

    /** The user to whom it belongs; null when nobody knows. */
    @Nullable
    String owner;

    /** Whether it counts among the kept sessions of its owner. */
    boolean counted;

    /** Fields of its row that a newer version wrote; null for none. */
    byte @Nullable [] unknownFields;

    /** When its newest connection began. */
    long connectedMillis;

    /** Negative while nobody has asked: a connection that does not subscribe need not count. */
    int subscriptionCount;

    boolean ended;

    /** Set for a shared group, which is a session in all but its client. */
    @Nullable
    SharedGroup group;

    /** Due time of the expiry row on disk, 0 when there is none. */
    long expiryDueMillis;

    // ---- what is on disk already
    long acknowledgedOnDisk;
    private @Nullable LongHashSet settledOnDisk;
    private @Nullable LongHashSet releasedOnDisk;

    // ---- valid for a connection
    @Nullable
    Connection connection;

    /** Who the newest connection is, as access rules know it; null before there was one in this life. */
    @Nullable
    Client client;

    /** The will of the newest connection. */
    @Nullable
    Message will;

    /** How long it waits after the end of its connection. */
    long willDelaySeconds;

    /** When a will that waits is due, by its timer row; 0 when none waits. */
    long willDueMillis;

    /** Whether a will row may be on disk. */
    boolean hadWill;

    /** The next index to look at: everything below was sent on this connection or is settled. */
    long cursor;

    /** Unsettled indexes below the cursor. */
    int inflight;

    /** Those of them that were released on an earlier connection: only their PUBCOMP is due. Null for none. */
    @Nullable
    LongHashSet resumedReleases;

    // ---- hand-overs under way
    /** CONNECTs handed over and not yet committed. */
    int connecting;

    /** Hand-overs that must be committed before the session may leave memory (C10). */
    int pending;

    /** Inbound packet identifiers whose PUBLISH is not committed yet (C20). */
    final PacketIdSet addingInbound = new PacketIdSet();

    /** Inbound packet identifiers whose PUBREL is not committed yet (C20). */
    final PacketIdSet releasingInbound = new PacketIdSet();

    /** Messages of this publisher that reach everybody by their commit: later ones follow behind them (C14). */
    int publicationsUnderWay;

    /** Whether a sync was asked for that sets packet identifiers free. */
    boolean hurrying;

    /** Messages that limits of the queue have cost it since it was loaded. */
    long dropped;

    /** Whether its queue is to be bounded further, as it was too much for one turn. */
    boolean boundDue;

    /** Below, limits have dropped whatever was not sent: need not be looked at again. */
    private long droppedThrough;

    /** When the next line about that may be written, milliseconds since 1970. */
    long overflowTellMillis;

    /** When to look for expired messages in a full queue again. */
    long expiryLookMillis;

    // ---- checkpoint
    Dirty dirty = Dirty.CLEAN;

    /** Indexes below are in committed or handed-over rows. */
    long checkpointNext;

    /** Queue fragments on disk, in order; null until somebody needs to know. */
    @Nullable
    List<SessionRows.Range> fragments;

    /** Fragments handed over and not yet committed. */
    final List<SessionRows.Range> fragmentsUnderWay = new ArrayList<>(0);

    // ---- reading the queue
    boolean reading;

    @Nullable
    Long2ObjectHashMap<Message> bodies;

    /** Their bytes, and who bounds those of all sessions without rows; unused while there are rows. */
    long bodyBytes;

    private @Nullable VolatileBacklog backlog;

    // ---- retained messages owed
    final List<RetainedDelivery> owed = new ArrayList<>(0);
    boolean slicing;

    // ---- shared subscriptions
    /** By group; of a durable session only while it is connected. */
    @Nullable
    Long2ObjectHashMap<Membership> memberships;

    /** Indexes of messages borrowed from groups, and the groups' indexes of them: a session without rows. */
    @Nullable
    Long2LongHashMap loans;

    /** Numbers the connections of this shard, for offers. */
    long offerRound;

    boolean offerDue;

    /** Filters of a volatile session; a durable one has rows. */
    @Nullable
    Set<TopicFilter> volatileFilters;

    Session(long number, String clientId, boolean durable, SessionState state) {
        this.number = number;
        this.clientId = clientId;
        this.durable = durable;
        this.state = state;
        everythingIsOnDisk();
        checkpointNext = state.nextInRows(); // What a replay appended stands in the log alone.
    }

    /** After a load or a replay, all of the durable half is on disk. */
    void everythingIsOnDisk() {
        acknowledgedOnDisk = state.acknowledged();
        settledOnDisk = null;
        for (long index : state.settledSorted()) {
            settleOnDisk(index);
        }
        releasedOnDisk = null;
        for (long index : state.releasedSorted()) {
            releaseOnDisk(index);
        }
    }

    void settleOnDisk(long index) {
        if (releasedOnDisk != null) {
            releasedOnDisk.remove(index);
        }
        if (index == acknowledgedOnDisk) {
            acknowledgedOnDisk++;
            while (settledOnDisk != null && settledOnDisk.remove(acknowledgedOnDisk)) {
                acknowledgedOnDisk++;
            }
        } else if (index > acknowledgedOnDisk) {
            if (settledOnDisk == null) {
                settledOnDisk = new LongHashSet();
            }
            settledOnDisk.add(index);
        }
    }

    void releaseOnDisk(long index) {
        if (state.isReleased(index)) {
            if (releasedOnDisk == null) {
                releasedOnDisk = new LongHashSet();
            }
            releasedOnDisk.add(index);
        }
    }

    boolean isReleasedOnDisk(long index) {
        return releasedOnDisk != null && releasedOnDisk.contains(index);
    }

    /** Who is behind it, as access rules know it. */
    Client client() {
        return client == null ? new Client(clientId, owner, null) : client;
    }

    /** Messages not yet sent, as far as limits are concerned. */
    long queued() {
        return state.unsettledCount() - inflight;
    }

    /** The lowest index that a limit may drop: a sent one never is (C16). */
    long firstUnsent() {
        return Math.max(Math.max(sentThrough, cursor), state.acknowledged());
    }

    /** The oldest message that a limit may drop; behind the last one when there is none. */
    long firstDroppable() {
        long index = Math.max(firstUnsent(), droppedThrough);
        while (index < state.next() && state.isSettled(index)) {
            index++;
        }
        droppedThrough = index;
        return index;
    }

    int resumedReleases() {
        return resumedReleases == null ? 0 : resumedReleases.size();
    }

    void noteResumedRelease(long index) {
        if (resumedReleases == null) {
            resumedReleases = new LongHashSet();
        }
        resumedReleases.add(index);
    }

    void forgetResumedRelease(long index) {
        if (resumedReleases != null) {
            resumedReleases.remove(index);
        }
    }

    void keepBody(long index, Message message) {
        if (bodies == null) {
            bodies = new Long2ObjectHashMap<>();
        }
        bodies.put(index, message);
        if (backlog != null) {
            backlog.added(this, message);
        }
    }

    void countBodies(VolatileBacklog counter) {
        backlog = counter;
    }

    @Nullable
    Message body(long index) {
        return bodies == null ? null : bodies.get(index);
    }

    void dropBody(long index) {
        Message message = bodies == null ? null : bodies.remove(index);
        if (message != null && backlog != null) {
            backlog.removed(this, message);
        }
    }

    void dropBodies() {
        VolatileBacklog counter = backlog;
        if (bodies != null && counter != null) {
            bodies.values().forEach(message -> counter.removed(this, message));
        }
        bodies = null;
    }

    Long2ObjectHashMap<Membership> memberships() {
        if (memberships == null) {
            memberships = new Long2ObjectHashMap<>();
        }
        return memberships;
    }

    Collection<Membership> allMemberships() {
        return memberships == null ? List.of() : memberships.values();
    }

    @Nullable
    Membership membership(long group) {
        return memberships == null ? null : memberships.get(group);
    }

    @Nullable
    Membership membership(TopicFilter filter) {
        for (Membership membership : allMemberships()) {
            if (membership.filter.equals(filter)) {
                return membership;
            }
        }
        return null;
    }

    Long2LongHashMap loans() {
        if (loans == null) {
            loans = new Long2LongHashMap(GroupFlow.Loan.SPENT);
        }
        return loans;
    }

    Set<TopicFilter> volatileFilters() {
        if (volatileFilters == null) {
            volatileFilters = new HashSet<>();
        }
        return volatileFilters;
    }
}
