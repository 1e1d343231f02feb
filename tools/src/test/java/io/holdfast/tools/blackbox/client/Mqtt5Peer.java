// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.client;

import java.util.List;
import org.eclipse.paho.mqttv5.common.MqttException;

/** What the matrix asks of a real MQTT 5 client, whoever wrote it. */
interface Mqtt5Peer extends AutoCloseable {
    /** A message with everything that MQTT 5 lets a publisher say about it. User properties are {@code name=value}. */
    record Told(
            String topic,
            String text,
            int qos,
            boolean retain,
            String contentType,
            String responseTopic,
            String correlation,
            List<String> userProperties,
            long expirySeconds) {}

    /** The options of a subscription. */
    record Options(int qos, boolean noLocal, boolean retainAsPublished, int retainHandling) {}

    /** Connects; returns Session Present. */
    boolean connect(boolean cleanStart, long sessionExpirySeconds) throws Exception;

    void subscribe(String filter, Options options) throws Exception;

    void publish(Told message) throws Exception;

    /** The next message; fails when none comes. */
    Told next() throws Exception;

    /** DISCONNECT. */
    @Override
    void close() throws MqttException;
}
