// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.routing.Router;
import io.holdfast.server.routing.SubscriptionTree;
import io.holdfast.storage.commit.CommitOp;
import io.holdfast.storage.commit.Group;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.commit.RetainedExpiry;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.commit.SparseBlocks;
import io.holdfast.storage.commit.SweepOps;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.SessionTails;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Owns a share of the sessions and their connections. Everything happens on one thread, in this order: a packet or task
 * changes memory and adds steps to the current hand-over; {@link #flush} gives the hand-over to the commit thread; the
 * committed group comes back through {@link #committed}, is applied, and its replies leave.
 *
 * <p>Memory is ahead of the disk for what a session's own client does, and never for what others do to it: messages are
 * appended only when their group is on disk. A failed commit loses the whole instance's memory, never a part of it.
 *
 * <p>The duties are split over {@link ConnectFlow}, {@link InboundFlow}, {@link OutboundFlow}, {@link GroupApplier} and
 * {@link Checkpointer}; this class holds what they share.
 */
public final class SessionShard {
    /** While there are connections their store hears at least so often that they live. */
    static final long TIME_NOTE_MILLIS = 30_000;

    /** So long after the last time in the log a connection can have lived: a note of the time may be under way. */
    public static final long TIME_NOTE_LATE_MILLIS = 2 * TIME_NOTE_MILLIS;

    private static final int TIME_NOTE_BYTES = 16;

    /** Steps and events in one hand-over before it is given away within a burst. */
    private static final int HAND_OVER_OPS_MAX = 512;

    private static final int SPARES_MAX = 16;

    final int index;
    final int shards;
    final ShardEnvironment env;
    final RowReader store;
    final IndexSpace space;
    Limits limits;
    final ShardSizes sizes;
    final SubscriptionTree tree;
    final Router router;

    final Long2ObjectHashMap<Session> sessions = new Long2ObjectHashMap<>();
    final Map<String, Long> clients = new HashMap<>();
    /** Numbers whose end is handed over and not yet committed: their rows must not be believed. */
    final LongHashSet ended = new LongHashSet();

    /** Sessions that nobody has needed since the start. */
    SessionTails tails = new SessionTails();

    private final LongHashSet quarantined = new LongHashSet();

    final Set<Connection> connections = new LinkedHashSet<>();
    final Permissions permissions;
    final SessionOwners owners;
    final SessionEnd ends;
    final Wills wills;
    final ConnectFlow connects;
    final ConnectionEnd departures;
    final InboundFlow inbound;
    final OutboundFlow outbound;
    final FullQueues full;
    final RetainedRoom room;
    final DiskRoom disk;
    final VolatileBacklog backlog;
    final GroupApplier applier;
    final GroupFlow groups;
    final MemberFlow members;
    final Checkpointer checkpoints;

    private final List<Connection> toFlush = new ArrayList<>();
    private final List<Connection> paused = new ArrayList<>();
    private final List<HandOver> spares = new ArrayList<>();
    private HandOver out;
    private @Nullable RoutingWatch watch;
    private boolean flushScheduled;
    private boolean claimsUnknown;
    private long timeNotedMillis;

    public SessionShard(
            int index,
            int shards,
            ShardEnvironment env,
            RowReader store,
            IndexSpace space,
            Limits limits,
            SubscriptionTree tree,
            long position) {
        this(index, shards, env, store, space, limits, tree, position, ShardSizes.STANDARD);
    }

    /** As above, with measures of one's own. */
    public SessionShard(
            int index,
            int shards,
            ShardEnvironment env,
            RowReader store,
            IndexSpace space,
            Limits limits,
            SubscriptionTree tree,
            long position,
            ShardSizes sizes) {
        this.index = index;
        this.shards = shards;
        this.env = env;
        this.store = store;
        this.space = space;
        this.limits = limits;
        this.sizes = sizes;
        this.tree = tree;
        router = new Router(tree.newReader());
        out = new HandOver(index);
        permissions = new Permissions(env);
        owners = new SessionOwners(env, limits.access());
        outbound = new OutboundFlow(this);
        full = new FullQueues(this);
        room = new RetainedRoom(this);
        disk = new DiskRoom(this);
        backlog = new VolatileBacklog(Math.min(
                        limits.common().volatileBytesMax(), Runtime.getRuntime().maxMemory() / 4)
                / shards);
        ends = new SessionEnd(this);
        wills = new Wills(this);
        departures = new ConnectionEnd(this, ends, wills);
        connects = new ConnectFlow(this, ends, wills, departures);
        inbound = new InboundFlow(this);
        applier = new GroupApplier(this, position);
        groups = new GroupFlow(this);
        members = new MemberFlow(this);
        checkpoints = new Checkpointer(this);
    }

    /** Other limits from now on. Those that a client was told at its CONNECT must be the same. */
    public void use(Limits next) {
        limits = next;
    }

    // ---- events from connections

    /** The first packet of a connection, which from now on lives here. Nothing else is read until its CONNACK (C21). */
    public void onConnect(Connection connection, Connect connect) {
        connection.pauseReading();
        connection.lastPacketMillis = env.nowMillis();
        connections.add(connection);
        applier.whenWhole(() -> {
            connects.onConnect(connection, connect);
            endOfBurst();
        });
    }

    /** Any later packet. Packets of a connection that the core has closed are dropped. */
    public void onPacket(Connection connection, Packet packet) {
        if (!connection.isOpen() || connection.session == null) {
            return;
        }
        connection.lastPacketMillis = env.nowMillis();
        inbound.onPacket(connection, connection.session, packet);
        if (env.isCommitQueueFull() && connection.isReading()) {
            connection.pauseReading();
            paused.add(connection);
        }
        if (out.ops().size() + out.eventCount() >= HAND_OVER_OPS_MAX) {
            flush();
        }
    }

    /** The client broke the protocol: the connection ends, with its will (S24) [MQTT-4.8.0-1] [MQTT5-4.13.1-1]. */
    public void onProtocolError(Connection connection, ReasonCode reason, @Nullable String why) {
        if (connection.isOpen()) {
            env.count(ShardEvent.PROTOCOL_ERROR);
            departures.end(connection, reason, why);
        }
        endOfBurst();
    }

    /** The client may stay no longer, though it broke no rule: the connection ends, with its will. */
    public void dismiss(Connection connection, ReasonCode reason, String why) {
        departures.end(connection, reason, why);
        endOfBurst();
    }

    /** The socket has gone: error, time-out or FIN (S21, S23). */
    public void onClosed(Connection connection) {
        if (connection.isOpen()) {
            connection.gone();
            departures.tell(connection, "its connection ended without DISCONNECT");
            departures.closed(connection);
        }
        connections.remove(connection);
        endOfBurst();
    }

    /** The client reads again. Nothing more for it where its session has ended and only the commit is awaited. */
    public void onWritable(Connection connection) {
        Session session = connection.session;
        if (session != null && session.connection == connection && !session.ended) {
            outbound.pump(session);
        }
        endOfBurst();
    }

    /**
     * A connection's bytes have been handled. What arrived at others in the same turn of the loop joins in: one hand-over,
     * and one flush of each socket, for them all.
     */
    public void endOfBurstSoon() {
        if (!flushScheduled) {
            flushScheduled = true;
            env.execute(() -> {
                flushScheduled = false;
                endOfBurst();
            });
        }
    }

    /** Everything that arrived together has been handled: replies go out, work goes to the commit thread. */
    public void endOfBurst() {
        members.offerDue();
        flushConnections();
        env.flushDeliveries(index);
        flush();
    }

    // ---- events from the broker

    /** A group is on disk; in commit order. */
    public void committed(Group group) {
        applier.add(group);
        if (!paused.isEmpty() && !env.isCommitQueueFull()) {
            resumePaused(env.nowMillis());
        }
        endOfBurst();
    }

    /** A message for sessions without a queue, from the publisher's shard. */
    public void onDelivery(Message message, Recipients recipients) {
        applier.deliver(message, recipients);
    }

    /** A page that was asked for has been read. */
    public void onPage(QueuePage page) {
        outbound.reading.onPage(page);
        endOfBurst();
    }

    /** The hand enters a segment. */
    public void visit(int segment, long bound) {
        applier.whenWhole(() -> {
            checkpoints.visit(segment, bound);
            endOfBurst();
        });
    }

    /** Once a second: keep alive (S30), paused publishers, the time on disk (C34). */
    public void tick() {
        long now = env.nowMillis();
        departures.tick(now);
        if (!env.isCommitQueueFull()) {
            resumePaused(now);
        }
        applier.whenWhole(full::tick);
        disk.tick();
        if (!connections.isEmpty() && now - timeNotedMillis >= TIME_NOTE_MILLIS) {
            timeNotedMillis = now;
            add(new RowOps.TimeNote(), TIME_NOTE_BYTES);
        }
        endOfBurst();
    }

    /** Publishers that were stopped because the commit thread had too much to do are read again. */
    private void resumePaused(long now) {
        for (Connection connection : List.copyOf(paused)) {
            if (connection.held == null) {
                connection.resumeReading(now);
            }
        }
        paused.clear();
    }

    /**
     * Accounts and rules may have changed: who is not any more who it proved to be must go, and its will with it; members of
     * shared groups make room for others (T32). Everything else is judged anew when it comes up.
     */
    public void reviewAccess() {
        applier.whenWhole(() -> {
            for (Connection connection : List.copyOf(connections)) {
                reviewAccess(connection, connection.session);
            }
            endOfBurst();
        });
    }

    private void reviewAccess(Connection connection, @Nullable Session session) {
        boolean current = session != null && session.connection == connection && !session.ended;
        if (connection.stands(env.standing())) {
            if (session != null && current) {
                members.review(session);
            }
            return;
        }
        if (session != null && current) {
            wills.disarm(session);
        }
        departures.end(connection, ReasonCode.NOT_AUTHORIZED, "the account has changed");
    }

    /**
     * A connection of the broker before this one, found at the start (C03).
     *
     * @param latestMillis the latest time at which it can have ended
     */
    public void onLeftOver(long number, long latestMillis) {
        departures.leftOver(number, latestMillis);
        endOfBurst();
    }

    /** A timer row of a session is due: its expiry or its will, if it still is. */
    public void onTimerDue(long number, long dueMillis, TimerKind kind) {
        applier.whenWhole(() -> {
            switch (kind) {
                case SESSION_EXPIRY -> departures.expire(number, dueMillis);
                case WILL_DELAY -> departures.fireWill(number, dueMillis);
                case CONNECTED -> throw new IllegalArgumentException("a living connection is never due");
            }
            endOfBurst();
        });
    }

    /** A session's claims are counted again after a crash (C08). */
    public void recount(long[] numbers, long recoveredPosition) {
        applier.whenWhole(() -> {
            for (long number : numbers) {
                checkpoints.recount(number, recoveredPosition);
            }
            endOfBurst();
        });
    }

    /** Lists the claims of some sessions in sparse blocks of messages. */
    public void listClaims(long[] numbers, SparseBlocks blocks) {
        applier.whenWhole(() -> {
            for (long number : numbers) {
                checkpoints.listClaims(number, blocks);
                claimsUnknown |= isQuarantined(number);
            }
            endOfBurst();
        });
    }

    /** All sessions of this shard have been asked for their claims. */
    public void claimsListed() {
        applier.whenWhole(() -> {
            if (!claimsUnknown) { // Else this sweep never ends, and nothing is swept before the damage is mended.
                add(new SweepOps.Done(), 0);
                endOfBurst();
            }
        });
    }

    /** A shared group whose members have ended with the broker before this one. */
    public void endGroup(long number) {
        groups.onEnd(number);
    }

    /** Goes on sending retained messages that a subscription was still owed when the broker before this one ended (C13). */
    public void oweRetained(long number, TopicFilter filter, int options) {
        Session session = get(number);
        if (session != null) {
            inbound.startRetained(new RetainedDelivery(this, session, filter, options, 0, new byte[0], 0));
        }
        endOfBurst();
    }

    /** Takes retained messages that have expired off the disk (C31). */
    public void expireRetained(List<byte[]> topics) {
        add(new RetainedExpiry(topics), topics.size() * Long.BYTES);
        endOfBurst();
    }

    /** What the log's tail says of this shard's sessions, folded over their rows when each is needed; their rows follow. */
    public void adopt(SessionTails recovered) {
        tails = recovered;
        checkpoints.adopt(recovered.numbers());
    }

    /** Whether a subscription still waits for retained messages (C13). */
    public boolean owesRetained() {
        return sessions.values().stream().anyMatch(session -> session.slicing || !session.owed.isEmpty());
    }

    /** Ends all connections for a clean stop; their wills are published, as their clients said no goodbye. */
    public void closeAll(ReasonCode reason) {
        for (Connection connection : List.copyOf(connections)) {
            departures.end(connection, reason, null);
        }
        endOfBurst();
    }

    /** The instance has failed: connections end and nothing more is promised. */
    public void abandon() {
        for (Connection connection : List.copyOf(connections)) {
            connection.close(ReasonCode.UNSPECIFIED_ERROR, "the broker has failed and recovers");
        }
        connections.clear();
    }

    public int connectionCount() {
        return connections.size();
    }

    /** The position of the last group that is applied whole (C07). */
    public long applied() {
        return applier.applied();
    }

    /** Somebody begins, or with null ends, to look at what becomes of messages. */
    public void watch(@Nullable RoutingWatch watching) {
        watch = watching;
    }

    // ---- shared by the flows

    boolean isWatched() {
        return watch != null;
    }

    void published(Session session, Message message, int receivers) {
        RoutingWatch watching = watch;
        if (watching != null) {
            watching.published(message, session.clientId, receivers);
        }
    }

    void decided(Session session, Message message, RoutingWatch.Decision decision) {
        RoutingWatch watching = watch;
        if (watching != null) {
            watching.decided(message, session.clientId, decision);
        }
    }

    /**
     * The session with this number, from memory or its rows; null when it has ended, or when its rows are damaged: then it
     * is left alone, see {@link #isQuarantined}.
     */
    @Nullable
    Session get(long number) {
        Session session = sessions.get(number);
        if (session != null || ended.contains(number) || quarantined.contains(number)) {
            return session;
        }
        try {
            return load(number);
        } catch (DamagedRowException damage) {
            tails.forget(number);
            quarantine(number, damage);
            return null;
        }
    }

    void quarantine(long number, DamagedRowException damage) {
        if (quarantined.add(number)) {
            env.count(ShardEvent.ROW_DAMAGED);
            env.quarantined(number, damage);
        }
    }

    /** A session whose rows may lag behind the log since the start: in memory, or read now. */
    @Nullable
    Session lagging(long number) {
        return tails.holds(number) ? get(number) : sessions.get(number);
    }

    private @Nullable Session load(long number) {
        byte[] row = store.get(Table.SESSION, Keys.number(number));
        if (row == null) {
            tails.forget(number); // Entries of a number without a row are ghosts of an ended session (C19).
            return null;
        }
        boolean changed = tails.holds(number);
        Session session = SessionRecords.parse(row, number, tails.take(store, number, space));
        sessions.put(number, session);
        if (session.group == null) {
            clients.put(session.clientId, number);
        }
        if (changed) {
            checkpoints.mark(session, Session.Dirty.CHANGED);
        }
        return session;
    }

    /** Whether a session's rows turned out to be damaged: nobody knows what it claims. */
    boolean isQuarantined(long number) {
        return quarantined.contains(number);
    }

    boolean owns(long number) {
        return SessionNumbers.shard(number, shards) == index;
    }

    /** The hand-over being filled. */
    HandOver out() {
        if (out.isEmpty()) {
            out.appliedThrough(applier.applied());
            endOfBurstSoon();
        }
        return out;
    }

    void add(CommitOp op, int bytes) {
        out().add(op, bytes);
    }

    void addUrgent(CommitOp op, int bytes) {
        out().addUrgent(op, bytes);
    }

    /** Gives the hand-over to the commit thread, behind what was sent straight to other shards: it must not overtake. */
    void flush() {
        if (!out.isEmpty()) {
            env.flushDeliveries(index);
            HandOver full = out;
            out = spares.isEmpty() ? new HandOver(index) : spares.remove(spares.size() - 1);
            env.submit(full);
        }
    }

    /** A hand-over has been committed and applied. */
    void applied(HandOver handOver) {
        env.applied(handOver);
        if (handOver.reuse() && spares.size() < SPARES_MAX) {
            spares.add(handOver);
        }
    }

    /** Lets another shard do something, behind the groups that this one has applied. */
    void tell(int other, Consumer<SessionShard> task) {
        if (other == index) {
            task.accept(this);
        } else {
            env.tell(index, other, task);
            endOfBurstSoon();
        }
    }

    void touch(Connection connection) {
        if (!connection.needsFlush) {
            connection.needsFlush = true;
            toFlush.add(connection);
        }
    }

    void send(Connection connection, Packet packet) {
        if (connection.isOpen()) {
            connection.write(packet);
            touch(connection);
        }
    }

    private void flushConnections() {
        for (Connection connection : toFlush) {
            connection.needsFlush = false;
            if (connection.isOpen()) {
                connection.flush();
            }
        }
        toFlush.clear();
    }
}
