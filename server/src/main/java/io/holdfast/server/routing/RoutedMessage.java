// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import io.holdfast.protocol.topic.TopicName;
import io.holdfast.storage.commit.MessageOp;
import io.holdfast.storage.log.Message;

/** A message on its way to the commit thread, with the topic that its recipients can be matched again by (C12). */
public class RoutedMessage extends MessageOp {
    private final TopicName topic;

    public RoutedMessage(Message message, TopicName topic, Route route) {
        super(message, topic.utf8(), route.durable(), route.live(), route.generation());
        this.topic = topic;
    }

    public final TopicName topic() {
        return topic;
    }
}
