// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.topic.TopicName;
import java.util.function.Consumer;

/** A message on its way to the broker, from the call of {@link Client#publish} to its last acknowledgement. */
final class Outgoing {
    private final TopicName topic;
    private final byte[] payload;
    private final QoS qos;
    private final boolean retain;
    private final Properties properties;
    private final Consumer<ReasonCode> done;
    /** 0 until it is sent for the first time. */
    private int packetId;
    /** Whether PUBREC has come: from then on PUBREL is sent and never PUBLISH. */
    private boolean released;
    /** Whether it was sent on the connection that is open now. */
    private boolean sentNow;

    /**
     * A message that has not been sent.
     *
     * @param done told once, on the client's event loop: how the broker answered, or why it could not be asked; for QoS
     *     0 as soon as it is handed to the socket
     */
    Outgoing(
            TopicName topic,
            byte[] payload,
            QoS qos,
            boolean retain,
            Properties properties,
            Consumer<ReasonCode> done) {
        this.topic = topic;
        this.payload = payload;
        this.qos = qos;
        this.retain = retain;
        this.properties = properties;
        this.done = done;
    }

    QoS qos() {
        return qos;
    }

    boolean retain() {
        return retain;
    }

    int packetId() {
        return packetId;
    }

    boolean released() {
        return released;
    }

    boolean sentNow() {
        return sentNow;
    }

    Publish publish(boolean dup) {
        return new Publish(packetId, qos, dup, retain, topic, payload, properties);
    }

    void numbered(int id) {
        packetId = id;
        released = false;
    }

    void release() {
        released = true;
    }

    void sent(boolean now) {
        sentNow = now;
    }

    void done(ReasonCode answer) {
        done.accept(answer);
    }
}
