// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

/** What shards count; each constant says what one more of it means. */
public enum ShardEvent {
    CONNECTED("a CONNECT was accepted"),
    DISCONNECTED("an accepted connection ended"),
    TAKEN_OVER("a newer connection took a client identifier over"),
    SESSION_STARTED("a session began"),
    SESSION_ENDED("a session ended"),
    RECEIVED_QOS_0("a PUBLISH with QoS 0 came from a client"),
    RECEIVED_QOS_1("a PUBLISH with QoS 1 came from a client"),
    RECEIVED_QOS_2("a PUBLISH with QoS 2 came from a client"),
    SENT_QOS_0("a PUBLISH with QoS 0 went to a client"),
    SENT_QOS_1("a PUBLISH with QoS 1 went to a client"),
    SENT_QOS_2("a PUBLISH with QoS 2 went to a client"),
    DROPPED_DOLLAR_TOPIC("a client published to a topic that begins with $"),
    PUBLISH_REFUSED("an MQTT 5 client was told that its message is not taken"),
    PUBLISH_DEFERRED("a 3.1.1 client waits with a message because the disk is nearly full"),
    PUBLISH_DENIED("a client published what access rules do not allow"),
    SUBSCRIBE_DENIED("a client asked for a subscription that access rules do not allow"),
    DROPPED_DENIED("a message was not sent because access rules do not allow it to its receiver"),
    WILL_DENIED("a will was not published because access rules do not allow it, or its user is gone"),
    DROPPED_QUEUE_FULL("a queue limit dropped a message"),
    DROPPED_REFUSED("a queue limit refused a message"),
    RETAINED_REFUSED("a message was not retained because there is no room for more"),
    DROPPED_EXPIRED("a message was dropped because it expired before it could be sent"),
    DROPPED_TOO_LARGE("a message was dropped because its receiver takes no packet of that size"),
    DROPPED_SLOW("a QoS 0 message was dropped because its receiver reads too slowly"),
    MESSAGE_MISSING("a queued message could not be read from the store"),
    ROW_DAMAGED("a session's queue could not be read because a row of the store is damaged"),
    UNKNOWN_PACKET_ID("an acknowledgement named a packet identifier that is not in use"),
    WILL_PUBLISHED("a will was published"),
    KEEP_ALIVE_EXPIRED("a client was silent for one and a half times its keep alive"),
    PROTOCOL_ERROR("a connection was closed because its client broke the protocol");

    private static final ShardEvent[] RECEIVED = {RECEIVED_QOS_0, RECEIVED_QOS_1, RECEIVED_QOS_2};
    private static final ShardEvent[] SENT = {SENT_QOS_0, SENT_QOS_1, SENT_QOS_2};

    private final String sentence;

    ShardEvent(String sentence) {
        this.sentence = sentence;
    }

    /** What one more of it means. */
    public String sentence() {
        return sentence;
    }

    /** A PUBLISH with this QoS came from a client. */
    public static ShardEvent received(int qos) {
        return RECEIVED[qos];
    }

    /** A PUBLISH with this QoS went to a client. */
    public static ShardEvent sent(int qos) {
        return SENT[qos];
    }
}
