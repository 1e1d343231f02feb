// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.UnsubAck;
import io.holdfast.protocol.packet.Unsubscribe;
import io.netty.buffer.ByteBuf;

/**
 * Turns packets into bytes, in two passes: the length first, then the bytes into room that was made once. What a version
 * does not know (properties, most reason codes, subscription options) is left out of its packets. Stateless; any thread,
 * as long as the buffer is its own.
 *
 * <p>Everything here throws {@link IllegalArgumentException} for a packet that cannot be expressed: longer than
 * 268,435,455 bytes, a string that is no legal one, AUTH before MQTT 5, or a CONNACK reason that 3.1.1 has no code for.
 * Nothing has been written then.
 */
public final class PacketEncoder {
    private static final int PACKET_ID_BYTES = 2;

    private PacketEncoder() {}

    /** Appends a packet. A CONNECT is written in its own version, whatever {@code version} says. */
    public static void encode(Packet packet, ProtocolVersion version, ByteBuf out) {
        if (packet instanceof Publish publish) {
            publish(
                    out,
                    version,
                    publish.packetId(),
                    publish.qos(),
                    publish.dup(),
                    publish.retain(),
                    publish.topic().utf8(),
                    0,
                    publish.topic().utf8().length,
                    publish.payload(),
                    0,
                    publish.payload().length,
                    publish.properties());
            return;
        }
        int remaining = remainingLength(packet, version);
        int total = 1 + VariableByteInteger.byteCount(remaining) + remaining;
        out.ensureWritable(total);
        int start = out.writerIndex();
        out.writeByte((packet.type().value() << FixedHeader.TYPE_SHIFT)
                | packet.type().flags());
        VariableByteInteger.write(out, remaining);
        writeBody(packet, version, out);
        assert out.writerIndex() == start + total : packet;
    }

    /** How many bytes {@link #encode} appends, fixed header included: what Maximum Packet Size counts. */
    public static int encodedSize(Packet packet, ProtocolVersion version) {
        int remaining = remainingLength(packet, version);
        return 1 + VariableByteInteger.byteCount(remaining) + remaining;
    }

    /**
     * Appends a PUBLISH without making any object. Arguments are trusted: the topic is a valid one, in bytes.
     *
     * @param packetId ignored for QoS 0
     * @param dup whether this is a re-send, and nothing else [MQTT-3.3.1-3] [MQTT5-3.3.1-3]; must be false for QoS 0
     *     [MQTT-3.3.1-2] [MQTT5-3.3.1-2]
     * @param properties ignored before MQTT 5
     */
    public static void publish(
            ByteBuf out,
            ProtocolVersion version,
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
            Properties properties) {
        assert qos == QoS.AT_MOST_ONCE ? !dup : packetId >= 1 && packetId <= Packet.PACKET_ID_MAX;
        PublishEncoder.write(
                out,
                version,
                packetId,
                PublishEncoder.firstByte(qos, dup, retain),
                topicSource,
                topicOffset,
                topicBytes,
                payloadSource,
                payloadOffset,
                payloadBytes,
                properties);
    }

    /** How many bytes {@link #publish} appends. */
    public static int publishSize(
            ProtocolVersion version, QoS qos, int topicBytes, int payloadBytes, Properties properties) {
        int propertyBytes = PublishEncoder.propertyBytes(version, properties);
        int remaining = PublishEncoder.remainingLength(version, qos, topicBytes, payloadBytes, propertyBytes);
        return 1 + VariableByteInteger.byteCount(remaining) + remaining;
    }

    /**
     * Appends a PUBACK, PUBREC, PUBREL or PUBCOMP that reports success: four bytes, the same in all versions.
     *
     * @throws IllegalArgumentException if {@code type} is none of these
     */
    public static void ack(ByteBuf out, PacketType type, int packetId) {
        assert packetId >= 1 && packetId <= Packet.PACKET_ID_MAX;
        int first = switch (type) {
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> (type.value() << FixedHeader.TYPE_SHIFT) | type.flags();
            default -> throw new IllegalArgumentException(type + " acknowledges no PUBLISH");
        };
        out.writeInt((first << 24) | (PACKET_ID_BYTES << 16) | packetId);
    }

    private static int remainingLength(Packet packet, ProtocolVersion version) {
        long bytes = switch (packet.type()) {
            case CONNECT -> ConnectEncoder.remainingLength((Connect) packet);
            case CONNACK -> AckEncoder.connAckRemainingLength((ConnAck) packet, version);
            case PUBLISH -> publishRemainingLength((Publish) packet, version);
            case PUBACK -> publishAckLength(((PubAck) packet).reasonCode(), ((PubAck) packet).properties(), version);
            case PUBREC -> publishAckLength(((PubRec) packet).reasonCode(), ((PubRec) packet).properties(), version);
            case PUBREL -> publishAckLength(((PubRel) packet).reasonCode(), ((PubRel) packet).properties(), version);
            case PUBCOMP -> publishAckLength(((PubComp) packet).reasonCode(), ((PubComp) packet).properties(), version);
            case SUBSCRIBE -> SubscribeEncoder.subscribeRemainingLength((Subscribe) packet, version);
            case SUBACK -> AckEncoder.subAckRemainingLength((SubAck) packet, version);
            case UNSUBSCRIBE -> SubscribeEncoder.unsubscribeRemainingLength((Unsubscribe) packet, version);
            case UNSUBACK -> AckEncoder.unsubAckRemainingLength((UnsubAck) packet, version);
            case PINGREQ, PINGRESP -> 0;
            case DISCONNECT ->
                AckEncoder.codeRemainingLength(
                        0, ((Disconnect) packet).reasonCode(), ((Disconnect) packet).properties(), version);
            case AUTH -> authRemainingLength((Auth) packet, version);
        };
        return VariableByteInteger.requireEncodable(bytes);
    }

    private static int publishRemainingLength(Publish publish, ProtocolVersion version) {
        return PublishEncoder.remainingLength(
                version,
                publish.qos(),
                publish.topic().utf8().length,
                publish.payload().length,
                PublishEncoder.propertyBytes(version, publish.properties()));
    }

    private static long publishAckLength(ReasonCode reasonCode, Properties properties, ProtocolVersion version) {
        return AckEncoder.codeRemainingLength(PACKET_ID_BYTES, reasonCode, properties, version);
    }

    private static long authRemainingLength(Auth auth, ProtocolVersion version) {
        if (version != ProtocolVersion.MQTT_5) {
            throw new IllegalArgumentException("AUTH in " + version);
        }
        return AckEncoder.codeRemainingLength(0, auth.reasonCode(), auth.properties(), version);
    }

    private static void writeBody(Packet packet, ProtocolVersion version, ByteBuf out) {
        switch (packet.type()) {
            case CONNECT -> ConnectEncoder.writeBody(out, (Connect) packet);
            case CONNACK -> AckEncoder.writeConnAck(out, (ConnAck) packet, version);
            case PUBACK -> {
                PubAck ack = (PubAck) packet;
                AckEncoder.writeCode(out.writeShort(ack.packetId()), ack.reasonCode(), ack.properties(), version);
            }
            case PUBREC -> {
                PubRec ack = (PubRec) packet;
                AckEncoder.writeCode(out.writeShort(ack.packetId()), ack.reasonCode(), ack.properties(), version);
            }
            case PUBREL -> {
                PubRel ack = (PubRel) packet;
                AckEncoder.writeCode(out.writeShort(ack.packetId()), ack.reasonCode(), ack.properties(), version);
            }
            case PUBCOMP -> {
                PubComp ack = (PubComp) packet;
                AckEncoder.writeCode(out.writeShort(ack.packetId()), ack.reasonCode(), ack.properties(), version);
            }
            case SUBSCRIBE -> SubscribeEncoder.writeSubscribe(out, (Subscribe) packet, version);
            case SUBACK -> AckEncoder.writeSubAck(out, (SubAck) packet, version);
            case UNSUBSCRIBE -> SubscribeEncoder.writeUnsubscribe(out, (Unsubscribe) packet, version);
            case UNSUBACK -> AckEncoder.writeUnsubAck(out, (UnsubAck) packet, version);
            case DISCONNECT -> {
                Disconnect disconnect = (Disconnect) packet;
                AckEncoder.writeCode(out, disconnect.reasonCode(), disconnect.properties(), version);
            }
            case AUTH -> {
                Auth auth = (Auth) packet;
                AckEncoder.writeCode(out, auth.reasonCode(), auth.properties(), version);
            }
            case PUBLISH, PINGREQ, PINGRESP -> {
                // PUBLISH has its own way; the others have no body
            }
        }
    }
}
