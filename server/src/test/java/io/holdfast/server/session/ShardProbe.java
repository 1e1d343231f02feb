// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.storage.commit.Moved;
import io.holdfast.storage.log.Origin;
import io.holdfast.storage.log.SessionState;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the simulation looks at inside a shard, and the two settings that only MQTT 5 clients can make. */
public final class ShardProbe {
    private ShardProbe() {}

    /** The last group that a shard has applied whole. */
    public static long applied(SessionShard shard) {
        return shard.applier.applied();
    }

    /** While a PUBLISH is written: the index it belongs to. */
    public static long sendingIndex(Connection connection) {
        return session(connection).cursor;
    }

    /** While a PUBLISH is written: the shared group that its message came from, 0 for none. */
    public static long sendingGroup(Connection connection) {
        Session session = session(connection);
        int[] beside = session.state.identifiers(session.cursor);
        boolean shared = Origin.isShared(session.state.delivery(session.cursor));
        return shared && beside != null ? Origin.group(beside) : 0;
    }

    public static long number(Connection connection) {
        return session(connection).number;
    }

    public static boolean isDurable(Connection connection) {
        return session(connection).durable;
    }

    public static boolean hasSession(Connection connection) {
        return connection.session != null;
    }

    /** Numbers of the sessions with rows that are in memory. */
    public static Set<Long> durableSessions(SessionShard shard) {
        Set<Long> numbers = new TreeSet<>();
        shard.sessions.values().forEach(session -> {
            if (session.durable) {
                numbers.add(session.number);
            }
        });
        return numbers;
    }

    /** The durable half of a session in memory. */
    public static @Nullable SessionState state(SessionShard shard, long number) {
        Session session = shard.sessions.get(number);
        return session == null ? null : session.state;
    }

    /** Makes a session believe that a settlement is on disk. */
    public static void settleOnDisk(SessionShard shard, long number, long index) {
        Session session = shard.sessions.get(number);
        if (session != null) {
            shard.outbound.settledOnDisk(session, index);
        }
    }

    /** Has a member's shard apply a move (against C27: it is not committed). */
    public static void arrive(SessionShard shard, Moved moved) {
        Session session = shard.sessions.get(moved.target());
        if (session != null) {
            shard.members.arrived(session, moved);
        }
    }

    /** Lets sessions without connection leave memory although their rows are not committed yet (against C10). */
    public static void evictEarly(SessionShard shard) {
        shard.sessions
                .values()
                .removeIf(session -> session.durable
                        && session.connection == null
                        && session.connecting == 0
                        && session.dirty == Session.Dirty.CLEAN
                        && session.pending > 0);
    }

    /** Has the hand pass over what nobody has read since the start (against C07). */
    public static void passUnread(SessionShard shard) {
        shard.checkpoints.passUnread();
    }

    /** A session in words, for failure messages. */
    public static String describe(SessionShard shard, long number) {
        Session session = shard.sessions.get(number);
        if (session == null) {
            return "session " + number + " is not in memory";
        }
        SessionState state = session.state;
        return "session " + number + " of " + session.clientId + ": acknowledged " + state.acknowledged() + ", next "
                + state.next() + ", cursor " + session.cursor + ", in flight " + session.inflight + ", on disk "
                + session.acknowledgedOnDisk + ", connected " + (session.connection != null) + ", reading "
                + session.reading + ", dirty " + session.dirty + ", pending " + session.pending;
    }

    private static Session session(Connection connection) {
        Session session = connection.session;
        if (session == null) {
            throw new IllegalStateException("no session yet");
        }
        return session;
    }
}
