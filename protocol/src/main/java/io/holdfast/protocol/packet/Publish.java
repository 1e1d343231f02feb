// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

import io.holdfast.protocol.topic.TopicName;
import java.util.Arrays;

/**
 * PUBLISH: a message on its way, in either direction.
 *
 * @param packetId 1..65,535, and 0 exactly for QoS 0 [MQTT-2.3.1-5] [MQTT5-2.2.1-2]
 * @param dup never set for QoS 0 [MQTT-3.3.1-2] [MQTT5-3.3.1-2]
 * @param payload may be empty; read-only
 * @param properties {@link Properties#NONE} before MQTT 5; a topic alias has been resolved by the decoder
 */
@SuppressWarnings("ArrayRecordComponent") // payloads are bytes; equals and hashCode below go by content
public record Publish(
        int packetId, QoS qos, boolean dup, boolean retain, TopicName topic, byte[] payload, Properties properties)
        implements Packet {

    public Publish {
        if (qos == QoS.AT_MOST_ONCE) {
            if (packetId != 0 || dup) {
                throw new IllegalArgumentException("QoS 0 has neither packet id nor DUP");
            }
        } else {
            PacketIds.requireValid(packetId);
        }
    }

    @Override
    public PacketType type() {
        return PacketType.PUBLISH;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Publish that
                && packetId == that.packetId
                && qos == that.qos
                && dup == that.dup
                && retain == that.retain
                && topic.equals(that.topic)
                && Arrays.equals(payload, that.payload)
                && properties.equals(that.properties);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * packetId + topic.hashCode()) + Arrays.hashCode(payload);
    }

    @Override
    public String toString() {
        return "Publish[id=" + packetId + ", " + qos + (dup ? ", dup" : "") + (retain ? ", retain" : "") + ", " + topic
                + ", " + payload.length + " bytes, " + properties + "]";
    }
}
