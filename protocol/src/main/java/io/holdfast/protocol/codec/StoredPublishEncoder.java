// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.packet.Property;
import io.holdfast.protocol.packet.QoS;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * PUBLISH to an MQTT 5 client out of a stored message: the message's properties are a block of {@link
 * StoredProperties#encodeMessage} and copied as they are; what belongs to this delivery is written around them. Makes no
 * object. Stateless; any thread, as long as the buffer is its own.
 *
 * <p>Parameters of both methods: {@code block} with offset and length, empty for none; {@code expirySeconds} what is left
 * of the Message Expiry Interval, negative for none; {@code topicAlias} 1 to 65,535, or 0 for none; {@code identifiers}
 * the Subscription Identifiers that match [MQTT5-3.3.4-3] [MQTT5-3.3.4-4], null for none.
 */
public final class StoredPublishEncoder {
    private static final int PACKET_ID_BYTES = 2;
    private static final int EXPIRY_BYTES = 5;
    private static final int ALIAS_BYTES = 3;

    private StoredPublishEncoder() {}

    /**
     * How many bytes {@link #write} appends, fixed header included: what Maximum Packet Size counts. A long, as the sum of
     * what a store may hold can be more than a packet.
     */
    public static long size(
            QoS qos,
            int topicBytes,
            int payloadBytes,
            int blockBytes,
            long expirySeconds,
            int topicAlias,
            int @Nullable [] identifiers) {
        long body = bodyBytes(blockBytes, expirySeconds, topicAlias, identifiers);
        long remaining = remainingLength(qos, topicBytes, payloadBytes, body);
        return 1 + byteCount(remaining) + remaining;
    }

    private static long remainingLength(QoS qos, int topicBytes, int payloadBytes, long body) {
        int idBytes = qos == QoS.AT_MOST_ONCE ? 0 : PACKET_ID_BYTES;
        return Fields.LENGTH_PREFIX + (long) topicBytes + idBytes + byteCount(body) + body + payloadBytes;
    }

    private static int byteCount(long value) {
        return VariableByteInteger.byteCount((int) Math.min(value, VariableByteInteger.MAX));
    }

    private static long bodyBytes(int blockBytes, long expirySeconds, int topicAlias, int @Nullable [] identifiers) {
        long bytes = blockBytes == 0 ? 0 : blockBytes - prefixBytes(blockBytes);
        bytes += expirySeconds < 0 ? 0 : EXPIRY_BYTES;
        bytes += topicAlias == 0 ? 0 : ALIAS_BYTES;
        if (identifiers != null) {
            for (int identifier : identifiers) {
                bytes += 1 + VariableByteInteger.byteCount(identifier);
            }
        }
        return bytes;
    }

    /** The length in front of a block that has so many bytes with it. */
    private static int prefixBytes(int blockBytes) {
        int bytes = 1;
        while (bytes < VariableByteInteger.BYTES_MAX && VariableByteInteger.byteCount(blockBytes - bytes) > bytes) {
            bytes++;
        }
        return bytes;
    }

    /**
     * Appends the packet. Arguments are trusted.
     *
     * @param topicBytes 0 when a known alias says the topic
     * @throws IllegalArgumentException when the packet would be longer than 268,435,455 bytes; nothing is written then
     */
    public static void write(
            ByteBuf out,
            int packetId,
            QoS qos,
            boolean dup,
            boolean retain,
            byte[] topicSource,
            int topicOffset,
            int topicBytes,
            byte[] payloadSource,
            int payloadOffset,
            int payloadBytes,
            byte[] block,
            int blockOffset,
            int blockBytes,
            long expirySeconds,
            int topicAlias,
            int @Nullable [] identifiers) {
        int body = VariableByteInteger.requireEncodable(bodyBytes(blockBytes, expirySeconds, topicAlias, identifiers));
        int remaining = VariableByteInteger.requireEncodable(remainingLength(qos, topicBytes, payloadBytes, body));
        out.ensureWritable(1 + VariableByteInteger.BYTES_MAX + remaining);
        out.writeByte(PublishEncoder.firstByte(qos, dup, retain));
        VariableByteInteger.write(out, remaining);
        out.writeShort(topicBytes).writeBytes(topicSource, topicOffset, topicBytes);
        if (qos != QoS.AT_MOST_ONCE) {
            out.writeShort(packetId);
        }
        VariableByteInteger.write(out, body); // [MQTT5-2.2.2-1]
        if (expirySeconds >= 0) {
            out.writeByte(Property.MESSAGE_EXPIRY_INTERVAL.id()).writeInt((int) expirySeconds);
        }
        if (identifiers != null) {
            for (int identifier : identifiers) {
                VariableByteInteger.write(out.writeByte(Property.SUBSCRIPTION_IDENTIFIER.id()), identifier);
            }
        }
        if (topicAlias != 0) {
            out.writeByte(Property.TOPIC_ALIAS.id()).writeShort(topicAlias);
        }
        if (blockBytes > 0) {
            int prefix = prefixBytes(blockBytes);
            out.writeBytes(block, blockOffset + prefix, blockBytes - prefix);
        }
        out.writeBytes(payloadSource, payloadOffset, payloadBytes);
    }
}
