// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.routing.SubscriptionTree;
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

    /** Shared subscriptions: members with rows, and groups without any. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Shared(List<SharedMember> members, long[] orphans) {}

    /** A subscription that is owed retained messages (C13). */
    record Owed(long number, TopicFilter filter, int options) {}
}
