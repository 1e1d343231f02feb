// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.topic.Utf8;

/** Why a PUBLISH is not taken, and what its publisher is told. */
final class PublishRefusals {
    private final SessionShard shard;
    private final Acknowledgements acks;

    PublishRefusals(SessionShard shard, Acknowledgements acks) {
        this.shard = shard;
        this.acks = acks;
    }

    /**
     * A QoS or RETAIN that the operator has turned off. MQTT 5 clients were told in their CONNACK; older ones cannot be told
     * but by the end of the connection, and may set RETAIN: then the message is not retained [MQTT5-3.2.2-14].
     */
    boolean isNotOffered(Connection connection, Publish publish) {
        ConnectLimits offered = shard.limits.connect();
        boolean retainRefused =
                publish.retain() && !offered.retainAvailable() && connection.version == ProtocolVersion.MQTT_5;
        if (publish.qos().level() <= offered.qosMax() && !retainRefused) {
            return false;
        }
        shard.env.count(ShardEvent.PROTOCOL_ERROR);
        shard.connects.end(connection, retainRefused ? ReasonCode.RETAIN_NOT_SUPPORTED : ReasonCode.QOS_NOT_SUPPORTED);
        return true;
    }

    /**
     * Counts a message of an MQTT 5 client against the Receive Maximum that CONNACK told, and ends the connection at the
     * one too many [MQTT5-3.3.4-7] [MQTT5-3.3.4-8]. A message counts from here until its last acknowledgement is written:
     * the client can only have counted it down later, so one that keeps to the limit never exceeds it here. The same QoS 2
     * message sent again counts once for each connection.
     */
    boolean isOneTooMany(Connection connection, Session session, Publish publish) {
        boolean counted = publish.qos() == QoS.EXACTLY_ONCE
                && session.state.holdsInbound(publish.packetId())
                && !connection.takeCarried(publish.packetId());
        if (counted) {
            return false;
        }
        if (connection.unacknowledged >= shard.limits.inboundMax()) {
            exceedsLimit(connection);
            return true;
        }
        connection.unacknowledged++;
        return false;
    }

    void exceedsLimit(Connection connection) {
        shard.env.count(ShardEvent.PROTOCOL_ERROR);
        shard.connects.end(connection, ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
    }

    /**
     * Refuses a message of an MQTT 5 client that says to be text and is not, without ending the connection; its packet
     * identifier then means nothing [MQTT5-4.3.3-9]. At QoS 0 there is no answer to refuse it in: DISCONNECT says why.
     */
    boolean isFalseText(Connection connection, Publish publish) {
        if (publish.properties().payloadFormatIndicator() == 0 || Utf8.isText(publish.payload())) {
            return false;
        }
        shard.env.count(ShardEvent.PUBLISH_REFUSED);
        if (publish.qos() == QoS.AT_MOST_ONCE) {
            shard.connects.end(connection, ReasonCode.PAYLOAD_FORMAT_INVALID);
        } else {
            answer(connection, publish, ReasonCode.PAYLOAD_FORMAT_INVALID, "the payload is not UTF-8");
        }
        return true;
    }

    /**
     * There is no room to retain a message: an MQTT 5 publisher is told and nothing happens; others cannot be told, and at
     * QoS 0 nobody can: then those who are subscribed now get it all the same.
     */
    boolean refusesToRetain(Connection connection, Publish publish) {
        shard.env.count(ShardEvent.RETAINED_REFUSED);
        if (connection.version != ProtocolVersion.MQTT_5 || publish.qos() == QoS.AT_MOST_ONCE) {
            return false;
        }
        answer(connection, publish, ReasonCode.QUOTA_EXCEEDED, "no more retained messages are kept");
        return true;
    }

    /** Clients do not talk to each other through topics that begin with {@code $} (S59) [MQTT-3.3.5-2]. */
    void refuseDollar(Connection connection, Publish publish) {
        shard.env.count(ShardEvent.DROPPED_DOLLAR_TOPIC);
        if (connection.version != ProtocolVersion.MQTT_5 && shard.limits.refuseDollarByClosing()) {
            shard.connects.end(connection, ReasonCode.NOT_AUTHORIZED);
        } else {
            refuse(connection, publish, "topics that begin with $ are the broker's");
        }
    }

    /** Nothing is done about a message: an MQTT 5 client is told, an older one is acknowledged [MQTT-3.3.5-2]. */
    void refuse(Connection connection, Publish publish, String why) {
        if (connection.version == ProtocolVersion.MQTT_5) {
            if (publish.qos() != QoS.AT_MOST_ONCE) {
                answer(connection, publish, ReasonCode.NOT_AUTHORIZED, why);
            }
        } else if (publish.qos() == QoS.AT_LEAST_ONCE) {
            acks.ready(connection, PacketType.PUBACK, publish.packetId());
        } else if (publish.qos() == QoS.EXACTLY_ONCE) {
            acks.ready(connection, PacketType.PUBREC, publish.packetId());
        }
    }

    /** Tells an MQTT 5 client that there is no room for its message. */
    void forQuota(Connection connection, Publish publish, String why) {
        answer(connection, publish, ReasonCode.QUOTA_EXCEEDED, why);
    }

    /** Answers a PUBLISH that nothing is done about. */
    private void answer(Connection connection, Publish publish, ReasonCode code, String why) {
        Properties properties = Properties.builder().reasonString(why).build();
        int packetId = publish.packetId();
        Packet packet = publish.qos() == QoS.AT_LEAST_ONCE
                ? new PubAck(packetId, code, properties)
                : new PubRec(packetId, code, properties);
        acks.ready(connection, packet, true);
    }
}
