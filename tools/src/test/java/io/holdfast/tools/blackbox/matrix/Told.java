// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import java.util.List;

/**
 * A message with everything that MQTT 5 lets a publisher say about it, or that a client says of one it received.
 *
 * @param contentType empty where there is none; so are response topic and correlation data
 * @param userProperties {@code name=value}, in order
 * @param expirySeconds 0 for none
 * @param identifiers Subscription Identifiers of a received message, as far as the client shows them
 */
record Told(
        String topic,
        String text,
        int qos,
        boolean retain,
        String contentType,
        String responseTopic,
        String correlation,
        List<String> userProperties,
        long expirySeconds,
        List<Integer> identifiers) {

    /** A message without properties. */
    static Told plain(String topic, String text, int qos) {
        return new Told(topic, text, qos, false, "", "", "", List.of(), 0, List.of());
    }

    Told retained() {
        return new Told(
                topic,
                text,
                qos,
                true,
                contentType,
                responseTopic,
                correlation,
                userProperties,
                expirySeconds,
                identifiers);
    }

    Told expiring(long seconds) {
        return new Told(
                topic,
                text,
                qos,
                retain,
                contentType,
                responseTopic,
                correlation,
                userProperties,
                seconds,
                identifiers);
    }

    Told with(String type, String answerTo, String correlatedBy, List<String> pairs) {
        return new Told(topic, text, qos, retain, type, answerTo, correlatedBy, pairs, expirySeconds, identifiers);
    }

    /** The same without what belongs to one delivery: time left, identifiers, RETAIN. */
    Told essence() {
        return new Told(topic, text, qos, false, contentType, responseTopic, correlation, userProperties, 0, List.of());
    }
}
