// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

import io.holdfast.protocol.topic.TopicFilter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * SUBSCRIBE: requests for one or more subscriptions, each judged alone [MQTT-3.8.4-4] [MQTT5-3.8.4-5].
 *
 * @param packetId 1..65,535
 * @param requests at least one [MQTT-3.8.3-3] [MQTT5-3.8.3-2]; answered in this order [MQTT-3.9.3-1] [MQTT5-3.9.3-1]
 */
public record Subscribe(int packetId, List<Request> requests, Properties properties) implements Packet {

    /** Retain Handling: send retained messages at every SUBSCRIBE [MQTT5-3.3.1-9]; the only value before MQTT 5. */
    public static final int RETAIN_ALWAYS = 0;

    /** Retain Handling: send them only if the subscription is new [MQTT5-3.3.1-10]. */
    public static final int RETAIN_IF_NEW = 1;

    /** Retain Handling: never send them [MQTT5-3.3.1-11]. */
    public static final int RETAIN_NEVER = 2;

    public Subscribe {
        PacketIds.requireValid(packetId);
        if (requests.isEmpty()) {
            throw new IllegalArgumentException("SUBSCRIBE without a filter");
        }
        requests = List.copyOf(requests);
    }

    @Override
    public PacketType type() {
        return PacketType.SUBSCRIBE;
    }

    /**
     * One request of a SUBSCRIBE.
     *
     * @param filter null if the text broke the filter grammar or the level limit: to be answered with
     *     {@link ReasonCode#TOPIC_FILTER_INVALID}. Occurs in MQTT 5 only; before, such a packet does not decode
     * @param maxQos the highest QoS wanted; what is granted is the server's decision
     * @param noLocal do not echo to the publisher's own client id [MQTT5-3.8.3-3]; never with a shared filter
     *     [MQTT5-3.8.3-4]
     * @param retainHandling {@link #RETAIN_ALWAYS}, {@link #RETAIN_IF_NEW} or {@link #RETAIN_NEVER}
     */
    public record Request(
            @Nullable TopicFilter filter, QoS maxQos, boolean noLocal, boolean retainAsPublished, int retainHandling) {

        public Request {
            if (retainHandling < RETAIN_ALWAYS || retainHandling > RETAIN_NEVER) {
                throw new IllegalArgumentException("no retain handling " + retainHandling);
            }
        }

        /** A request as MQTT 3.1.1 knows it: filter and QoS only. */
        public Request(TopicFilter filter, QoS maxQos) {
            this(filter, maxQos, false, false, RETAIN_ALWAYS);
        }
    }
}
