// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.codec.StoredProperties;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.storage.log.Message;

/** Messages as clients publish them, brought into the form in which they are stored. */
final class Published {
    private Published() {}

    /**
     * A message out of a PUBLISH or a will. Its properties are encoded once, here; nobody reads them again on the way to
     * its receivers [MQTT5-3.3.2-4] [MQTT5-3.3.2-15] [MQTT5-3.3.2-16] [MQTT5-3.3.2-17] [MQTT5-3.3.2-18]
     * [MQTT5-3.3.2-20] [MQTT5-3.1.3-10].
     *
     * @param publisher session number
     */
    static Message message(
            TopicName topic,
            byte[] payload,
            QoS qos,
            boolean retain,
            Properties properties,
            long publisher,
            long nowMillis) {
        if (properties.isEmpty()) {
            return Message.of(topic.utf8(), payload, qos.level(), retain, publisher, nowMillis);
        }
        return Message.of(
                topic.utf8(),
                payload,
                qos.level(),
                retain,
                publisher,
                nowMillis,
                properties.messageExpiryIntervalSeconds(),
                StoredProperties.encodeMessage(properties));
    }
}
