// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicName;

/** A will for the next connection; with a delay the client has to speak MQTT 5. */
record Testament(TopicName topic, int qos, boolean retain, long delaySeconds) {
    Testament(TopicName topic, int qos, boolean retain) {
        this(topic, qos, retain, 0);
    }

    Will packet(byte[] payload, long delay) {
        Properties properties = delay == 0
                ? Properties.NONE
                : Properties.builder().willDelayIntervalSeconds(delay).build();
        return new Will(topic, payload, QoS.of(qos), retain, properties);
    }
}
