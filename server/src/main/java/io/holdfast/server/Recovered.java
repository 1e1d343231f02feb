// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.routing.SubscriptionTree;
import io.holdfast.server.session.SessionShard;
import io.holdfast.storage.commit.SharedMember;
import io.holdfast.storage.commit.StartState;
import io.holdfast.storage.log.LogTail;
import io.holdfast.storage.store.StoreFolder;
import java.util.List;

/**
 * A store that is open, and what recovery made of it.
 *
 * @param folder the open data folder
 * @param tail the log's tail, sorted by shards and sessions
 * @param start where the commit thread goes on
 * @param tree all subscriptions of sessions with rows
 * @param shared the members of shared groups, and the groups that have lost all of them
 * @param owed subscriptions whose retained messages were not all sent
 * @param leftOver sessions that were connected when the broker before ended
 * @param report what the operator is told
 */
record Recovered(
        StoreFolder folder,
        LogTail tail,
        StartState start,
        SubscriptionTree tree,
        Shared shared,
        List<Owed> owed,
        List<Long> leftOver,
        RecoveryReport report) {
    /** The pulse is noted every second; this much later a connection can have lived. */
    private static final long PULSE_LATE_MILLIS = 2 * Housekeeping.PULSE_MILLIS;

    /** The last time that the broker before certainly lived, by all that it left; 0 for a new store. */
    long lastTimeMillis() {
        return Math.max(tail.lastTimeMillis(), folder.opened().lastAliveMillis());
    }

    /**
     * The latest time at which connections can have ended that the broker before left behind (C03). By its pulse, if that
     * went on as long as the log did; else by the log, which may be quiet for a while.
     */
    long latestEndMillis() {
        long logged = tail.lastTimeMillis();
        long alive = folder.opened().lastAliveMillis();
        return alive + PULSE_LATE_MILLIS >= logged
                ? Math.max(alive, logged) + PULSE_LATE_MILLIS
                : logged + SessionShard.TIME_NOTE_LATE_MILLIS;
    }

    /** Shared subscriptions: members with rows, and groups without any. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Shared(List<SharedMember> members, long[] orphans) {}

    /** A subscription that is owed retained messages (C13). */
    record Owed(long number, TopicFilter filter, int options) {}
}
