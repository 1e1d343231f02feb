// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static io.holdfast.protocol.codec.PacketReader.protocolError;

import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Property;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.topic.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * PUBLISH. Most publishers use one topic again and again, so the last one is kept: if the bytes are the same, so is the
 * object, and nothing is validated, hashed or allocated for it.
 */
final class PublishDecoder {
    private static final @Nullable TopicName[] NO_ALIASES = new @Nullable TopicName[0];

    // valid for the connection [MQTT5-3.3.2-7]
    private @Nullable TopicName lastTopic;
    private int topicAliasMax;
    /** Index is the alias; allocated when the first alias is used. */
    private @Nullable TopicName[] aliases = NO_ALIASES;

    void setTopicAliasMax(int aliasMax) {
        topicAliasMax = aliasMax;
    }

    Publish decode(PacketReader in, int flags) throws MalformedPacketException {
        QoS qos = QoS.of((flags >> FixedHeader.QOS_SHIFT) & FixedHeader.QOS_MASK);
        TopicName topic = decodeTopic(in);
        int packetId = qos == QoS.AT_MOST_ONCE ? 0 : in.readPacketId(); // [MQTT-2.3.1-5] [MQTT5-2.2.1-2]
        Properties properties = PropertiesDecoder.decode(in, PacketType.PUBLISH);
        if (properties.contains(Property.TOPIC_ALIAS)) {
            topic = resolveAlias(topic, properties.topicAlias());
            // a matter of this connection only, unlike all other properties, which are forwarded
            properties = properties.toBuilder().withoutTopicAlias().build();
        } else if (topic == null) {
            throw protocolError("empty topic without an alias");
        }
        return new Publish(
                packetId,
                qos,
                (flags & FixedHeader.DUP) != 0,
                (flags & FixedHeader.RETAIN) != 0,
                topic,
                in.readRest(),
                properties);
    }

    /** The topic, or null if it is empty and an alias must follow: MQTT 5 only [MQTT-4.7.3-1] [MQTT5-4.7.3-1]. */
    private @Nullable TopicName decodeTopic(PacketReader in) throws MalformedPacketException {
        int length = in.readTwoBytes();
        in.requireRemaining(length);
        if (length == 0 && in.isMqtt5()) {
            return null;
        }
        TopicName last = lastTopic;
        if (last != null && last.utf8().length == length && in.nextEquals(last.utf8())) {
            in.skip(length);
            return last;
        }
        TopicName topic = in.takeTopicName(length);
        lastTopic = topic;
        return topic;
    }

    /** Looks the alias up, or if a topic came with it, sets it. All up to the maximum are good [MQTT5-3.3.2-12]. */
    private TopicName resolveAlias(@Nullable TopicName topic, int alias) throws MalformedPacketException {
        if (alias > topicAliasMax) {
            // [MQTT5-3.2.2-17]
            throw new MalformedPacketException(ReasonCode.TOPIC_ALIAS_INVALID, "topic alias above the maximum");
        }
        if (topic != null) {
            if (aliases.length <= alias) {
                aliases = new @Nullable TopicName[topicAliasMax + 1];
            }
            aliases[alias] = topic;
            return topic;
        }
        TopicName known = alias < aliases.length ? aliases[alias] : null;
        if (known == null) {
            throw protocolError("topic alias that was never set");
        }
        return known;
    }
}
