// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static io.holdfast.protocol.codec.PacketReader.malformed;
import static io.holdfast.protocol.codec.PacketReader.protocolError;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.UnsubAck;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The acknowledgements: CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK. */
final class AckDecoder {
    /** The only acknowledge flag; the others are reserved [MQTT5-3.2.2-1]. */
    private static final int SESSION_PRESENT = 0b1;

    /** SUBACK's one failure code before MQTT 5 [MQTT-3.9.3-2] [MQTT5-3.9.3-2]. */
    static final int SUBACK_FAILURE = 0x80;

    /** By type and packet identifier; at most 1.8 MB for each of the four types. */
    private static final @Nullable Packet[][] PLAIN = new Packet[PacketType.values().length][];

    static {
        for (PacketType type : List.of(PacketType.PUBACK, PacketType.PUBREC, PacketType.PUBREL, PacketType.PUBCOMP)) {
            PLAIN[type.ordinal()] = new Packet[Packet.PACKET_ID_MAX + 1];
        }
    }

    private AckDecoder() {}

    static ConnAck decodeConnAck(PacketReader in) throws MalformedPacketException {
        int flags = in.readByte();
        if ((flags & ~SESSION_PRESENT) != 0) {
            throw malformed("reserved acknowledge flags");
        }
        int code = in.readByte();
        ReasonCode reasonCode =
                in.isMqtt5() ? ReasonCode.of(code, PacketType.CONNACK) : ReasonCode.ofConnAckReturnCode(code);
        if (reasonCode == null || (flags == SESSION_PRESENT && reasonCode.isFailure())) {
            throw protocolError("CONNACK code"); // [MQTT-3.2.2-4] [MQTT5-3.2.2-6] [MQTT5-3.2.2-8]
        }
        // the whole byte is reserved in MQTT 3.1, which has no word for it
        boolean sessionPresent = flags == SESSION_PRESENT && in.version() != ProtocolVersion.MQTT_3_1;
        return new ConnAck(sessionPresent, reasonCode, PropertiesDecoder.decode(in, PacketType.CONNACK));
    }

    /** PUBACK, PUBREC, PUBREL or PUBCOMP: code and properties may be left out from the end if they say nothing. */
    static Packet decodePublishAck(PacketReader in, PacketType type) throws MalformedPacketException {
        int packetId = in.readPacketId();
        if (in.remaining() == 0) {
            return plain(type, packetId);
        }
        ReasonCode reasonCode = readReasonCode(in, type);
        Properties properties = in.remaining() == 0 ? Properties.NONE : PropertiesDecoder.decode(in, type);
        return publishAck(type, packetId, reasonCode, properties);
    }

    /** Success without properties, which nearly all say: the same packet each time. Any thread, as packets are immutable. */
    private static Packet plain(PacketType type, int packetId) {
        Packet[] known = PLAIN[type.ordinal()];
        Packet packet = known[packetId];
        if (packet == null) {
            packet = publishAck(type, packetId, ReasonCode.SUCCESS, Properties.NONE);
            known[packetId] = packet;
        }
        return packet;
    }

    private static Packet publishAck(PacketType type, int packetId, ReasonCode reasonCode, Properties properties) {
        return switch (type) {
            case PUBACK -> new PubAck(packetId, reasonCode, properties);
            case PUBREC -> new PubRec(packetId, reasonCode, properties);
            case PUBREL -> new PubRel(packetId, reasonCode, properties);
            case PUBCOMP -> new PubComp(packetId, reasonCode, properties);
            default -> throw new IllegalArgumentException(type + " acknowledges no PUBLISH");
        };
    }

    static SubAck decodeSubAck(PacketReader in) throws MalformedPacketException {
        int packetId = in.readPacketId();
        Properties properties = PropertiesDecoder.decode(in, PacketType.SUBACK);
        List<ReasonCode> reasonCodes = readReasonCodes(in, PacketType.SUBACK);
        if (!in.isMqtt5()) {
            for (ReasonCode reasonCode : reasonCodes) {
                if (reasonCode.value() > SUBACK_FAILURE) {
                    throw protocolError("SUBACK code");
                }
            }
        }
        return new SubAck(packetId, reasonCodes, properties);
    }

    static UnsubAck decodeUnsubAck(PacketReader in) throws MalformedPacketException {
        int packetId = in.readPacketId();
        Properties properties = PropertiesDecoder.decode(in, PacketType.UNSUBACK);
        List<ReasonCode> reasonCodes = in.isMqtt5() ? readReasonCodes(in, PacketType.UNSUBACK) : List.of();
        return new UnsubAck(packetId, reasonCodes, properties);
    }

    private static List<ReasonCode> readReasonCodes(PacketReader in, PacketType type) throws MalformedPacketException {
        if (in.remaining() == 0) {
            throw protocolError(type + " without a code");
        }
        if (in.remaining() > in.limits().filtersPerPacketMax()) {
            throw new MalformedPacketException(ReasonCode.QUOTA_EXCEEDED, "too many codes");
        }
        List<ReasonCode> reasonCodes = new ArrayList<>(in.remaining());
        while (in.remaining() > 0) {
            reasonCodes.add(readReasonCode(in, type));
        }
        return reasonCodes;
    }

    /**
     * A reason code that this packet may carry, e.g. [MQTT5-3.4.2-1] [MQTT5-3.5.2-1] [MQTT5-3.6.2-1] [MQTT5-3.7.2-1].
     */
    static ReasonCode readReasonCode(PacketReader in, PacketType type) throws MalformedPacketException {
        ReasonCode reasonCode = ReasonCode.of(in.readByte(), type);
        if (reasonCode == null) {
            throw protocolError("reason code that " + type + " does not have");
        }
        return reasonCode;
    }
}
