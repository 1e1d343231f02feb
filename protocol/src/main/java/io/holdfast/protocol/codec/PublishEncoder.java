// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.QoS;
import io.netty.buffer.ByteBuf;

/**
 * PUBLISH, the packet a broker writes most: sizes are added up first, room is made once, and the bytes are set by index.
 * Topic and payload are ranges of arrays, so that they can come straight out of a stored record.
 */
final class PublishEncoder {
    private static final int PACKET_ID_BYTES = 2;
    private static final int ONE_BYTE_LENGTH_MAX = 127;

    private PublishEncoder() {}

    /** Bytes behind the fixed header; {@code propertyBytes} is the body of the block and counts in MQTT 5 only. */
    static int remainingLength(ProtocolVersion version, QoS qos, int topicBytes, int payloadBytes, int propertyBytes) {
        if (topicBytes > Fields.BYTES_MAX) {
            throw new IllegalArgumentException("topic of " + topicBytes + " bytes"); // [MQTT-4.7.3-3] [MQTT5-4.7.3-3]
        }
        long bytes = Fields.LENGTH_PREFIX + (long) topicBytes + payloadBytes;
        bytes += qos == QoS.AT_MOST_ONCE ? 0 : PACKET_ID_BYTES;
        bytes += version == ProtocolVersion.MQTT_5 ? PropertiesEncoder.blockBytes(propertyBytes) : 0;
        return VariableByteInteger.requireEncodable(bytes);
    }

    static int propertyBytes(ProtocolVersion version, Properties properties) {
        return version == ProtocolVersion.MQTT_5 ? PropertiesEncoder.bodyBytes(properties) : 0;
    }

    /** DUP is the caller's: set on a re-send only [MQTT-3.3.1-1] [MQTT5-3.3.1-1] [MQTT-3.3.1-3] [MQTT5-3.3.1-3]. */
    static int firstByte(QoS qos, boolean dup, boolean retain) {
        return (PacketType.PUBLISH.value() << FixedHeader.TYPE_SHIFT)
                | (dup ? FixedHeader.DUP : 0)
                | (qos.level() << FixedHeader.QOS_SHIFT)
                | (retain ? FixedHeader.RETAIN : 0);
    }

    static void write(
            ByteBuf out,
            ProtocolVersion version,
            int packetId,
            int firstByte,
            byte[] topicSource,
            int topicOffset,
            int topicBytes,
            byte[] payloadSource,
            int payloadOffset,
            int payloadBytes,
            Properties properties) {
        QoS qos = QoS.of((firstByte >> FixedHeader.QOS_SHIFT) & FixedHeader.QOS_MASK);
        int propertyBytes = propertyBytes(version, properties);
        int remaining = remainingLength(version, qos, topicBytes, payloadBytes, propertyBytes);
        out.ensureWritable(1 + VariableByteInteger.BYTES_MAX + remaining);
        int index = writeHeader(out, firstByte, remaining);
        out.setShort(index, topicBytes);
        index += Fields.LENGTH_PREFIX;
        out.setBytes(index, topicSource, topicOffset, topicBytes);
        index += topicBytes;
        if (qos != QoS.AT_MOST_ONCE) {
            out.setShort(index, packetId);
            index += PACKET_ID_BYTES;
        }
        if (version == ProtocolVersion.MQTT_5) {
            out.writerIndex(index);
            PropertiesEncoder.write(out, properties, propertyBytes);
            index = out.writerIndex();
        }
        out.setBytes(index, payloadSource, payloadOffset, payloadBytes);
        out.writerIndex(index + payloadBytes);
    }

    /** Sets the fixed header at the writer index and answers the index behind it; small packets take one store. */
    private static int writeHeader(ByteBuf out, int firstByte, int remaining) {
        int index = out.writerIndex();
        if (remaining <= ONE_BYTE_LENGTH_MAX) {
            out.setShort(index, (firstByte << 8) | remaining);
            return index + 2;
        }
        out.writeByte(firstByte);
        VariableByteInteger.write(out, remaining);
        return out.writerIndex();
    }
}
