// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;

/** What one client may do under one policy. Asked on event loops, for each message: must answer at once. Any thread. */
public interface Grants {
    /** Answered by {@link #subscribeQosMax} when the client may not. */
    int NOT_AT_ALL = -1;

    /** As many seconds as a session can be kept: it lives for ever. */
    long EXPIRY_UNLIMITED = 0xFFFF_FFFFL;

    /** Whether the client may publish to a topic at this QoS, 0 to 2. */
    boolean mayPublish(TopicName topic, int qos);

    /** Whether it may leave a retained message there; asked beside {@link #mayPublish}. */
    boolean mayRetain(TopicName topic, int qos);

    /** Whether its will may be published there; asked beside {@link #mayPublish}. */
    boolean mayLeaveWill(TopicName topic, int qos);

    /**
     * At which QoS the client may subscribe: allowed is a filter of which each topic is allowed, but for topics that
     * {@link #mayReceive} holds back one by one.
     *
     * @param filter a shared one is judged by what stands behind the share name
     * @return 0 to 2, or {@link #NOT_AT_ALL}
     */
    int subscribeQosMax(TopicFilter filter);

    /** Whether a message on this topic may be sent to the client, whatever it has subscribed to. */
    boolean mayReceive(TopicName topic);

    /** The longest time in seconds that its session may outlive its connection. */
    default long sessionExpirySecondsMax() {
        return EXPIRY_UNLIMITED;
    }
}
