// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.routing.Route;
import org.jspecify.annotations.Nullable;

/** The last route of a connection: most publishers stay with one topic, and a route holds until the tree changes. */
public final class RouteCache {
    private @Nullable TopicName topic;
    private @Nullable Route route;
    private int qos;

    /** The route of this topic and QoS, if it was the last one and the tree has not changed; else null. */
    public @Nullable Route get(TopicName wanted, int wantedQos, long generation) {
        Route cached = route;
        if (cached == null || topic == null || qos != wantedQos || cached.generation() != generation) {
            return null;
        }
        return topic.equals(wanted) ? cached : null;
    }

    /** Remembers a route. */
    public void put(TopicName newTopic, int newQos, Route newRoute) {
        topic = newTopic;
        qos = newQos;
        route = newRoute;
    }
}
