// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

import io.holdfast.protocol.topic.TopicName;
import java.util.Arrays;

/**
 * The will carried by a CONNECT: published when the connection ends without a DISCONNECT [MQTT-3.1.2-8] [MQTT5-3.1.2-7]
 * [MQTT5-3.1.2-8].
 *
 * @param payload may be empty; read-only
 * @param properties will properties of MQTT 5 with the will delay, else {@link Properties#NONE}
 */
@SuppressWarnings("ArrayRecordComponent") // payloads are bytes; equals and hashCode below go by content
public record Will(TopicName topic, byte[] payload, QoS qos, boolean retain, Properties properties) {

    @Override
    public boolean equals(Object other) {
        return other instanceof Will that
                && topic.equals(that.topic)
                && Arrays.equals(payload, that.payload)
                && qos == that.qos
                && retain == that.retain
                && properties.equals(that.properties);
    }

    @Override
    public int hashCode() {
        return 31 * topic.hashCode() + Arrays.hashCode(payload);
    }

    @Override
    public String toString() {
        return "Will[" + topic + ", " + payload.length + " bytes, " + qos + (retain ? ", retain" : "") + ", "
                + properties + "]";
    }
}
