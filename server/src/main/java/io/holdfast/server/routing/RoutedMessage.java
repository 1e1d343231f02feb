// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import io.holdfast.protocol.topic.TopicName;
import io.holdfast.storage.commit.MessageOp;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.log.Message;
import org.jspecify.annotations.Nullable;

/** A message on its way to the commit thread, with the topic that its recipients can be matched again by (C12). */
public class RoutedMessage extends MessageOp {
    private final TopicName topic;
    private final @Nullable Recipients served;

    public RoutedMessage(Message message, TopicName topic, Route route) {
        super(message, route.durable(), route.live(), route.generation());
        this.topic = topic;
        served = null;
    }

    /**
     * A message whose live recipients were served before its commit.
     *
     * @param route with the durable recipients only
     * @param served who has the message already: no later change of the tree brings it to them again
     */
    public RoutedMessage(Message message, TopicName topic, Route route, Recipients served) {
        super(message, route.durable(), route.live(), route.generation());
        this.topic = topic;
        this.served = served;
    }

    /** Whether live recipients were served before the commit; else the commit serves them. */
    public final boolean isServed() {
        return served != null;
    }

    /** Who was served before the commit, or null when nobody is. */
    final @Nullable Recipients served() {
        return served;
    }

    /** Whether nobody was and nobody will be served; final once committed. */
    public final boolean reachesNobody() {
        return recipients().isEmpty() && live().isEmpty() && (served == null || served.isEmpty());
    }

    public final TopicName topic() {
        return topic;
    }
}
