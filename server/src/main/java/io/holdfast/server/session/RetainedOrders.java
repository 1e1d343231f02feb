// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.routing.RoutedMessage;
import io.holdfast.storage.log.Message;

/**
 * What an operator may do to retained messages: take one away, as a client does, with an empty retained message that goes
 * to those who are subscribed too. On any shard's thread.
 */
public final class RetainedOrders {
    /** Nobody's session: No Local keeps it from nobody. */
    private static final long NOBODY = 0;

    private final SessionShard shard;

    public RetainedOrders(SessionShard shard) {
        this.shard = shard;
    }

    /** Clears a topic's retained message. Answers how many sessions are told, when it is on disk. */
    public void clear(TopicName topic, Answer<Long> answer) {
        Message empty = Message.of(topic.utf8(), new byte[0], 1, true, NOBODY, shard.env.nowMillis());
        shard.room.takes(topic, 0, empty.storedBytes());
        shard.addUrgent(
                new RoutedMessage(empty, topic, shard.router.route(topic, 1, true, NOBODY)) {
                    @Override
                    public void committed() {
                        answer.done((long) recipients().size() + live().size());
                    }
                },
                empty.storedBytes());
        shard.endOfBurst();
    }
}
