// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import java.util.List;

/**
 * What one commit wrote. Shards apply it in this order: appends of its messages, then moves between shared groups and
 * their members, then their own hand-overs' events, then replies.
 *
 * @param position the log position, equal to the one before when the group needed no log row
 * @param timeMillis wall clock when the group was built, never behind an earlier group's (C34)
 */
public record Group(
        long position,
        long timeMillis,
        List<MessageOp> messages,
        List<Moved> moves,
        List<HandOver> handOvers,
        List<SubscriptionChange> changes,
        boolean urgent) {}
