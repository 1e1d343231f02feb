// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * What can be judged from the first two to five bytes of a packet, before its body is waited for: whether the type may
 * come from this side at this time, its flags, and whether its length can be right at all.
 */
final class FixedHeader {
    /** Flag bits of PUBLISH: DUP, two bits of QoS, RETAIN. */
    static final int DUP = 0b1000;

    static final int QOS_SHIFT = 1;
    static final int QOS_MASK = 0b11;
    static final int RETAIN = 0b0001;

    private static final int FLAGS_MASK = 0b1111;
    static final int TYPE_SHIFT = 4;

    // The least bytes behind the fixed header. Version 5 adds the length of the properties, PROPERTIES, at least 1.
    private static final int PACKET_ID = 2;
    private static final int PROPERTIES = 1;
    private static final int LENGTH_PREFIX = 2;
    private static final int REASON_CODE = 1;
    /** Protocol name "MQTT" 2 + 4, level 1, flags 1, keep alive 2, empty client id 2: the shortest of all versions. */
    private static final int CONNECT_MIN = LENGTH_PREFIX + 4 + 1 + 1 + 2 + LENGTH_PREFIX;
    /** Acknowledge flags and code. */
    private static final int CONNACK_MIN = 1 + REASON_CODE;
    /** One filter, which is not empty (in version 5 an empty one gets a reason code of its own). */
    private static final int UNSUBSCRIBE_MIN = PACKET_ID + LENGTH_PREFIX + 1;
    /** One filter and its options. */
    private static final int SUBSCRIBE_MIN = UNSUBSCRIBE_MIN + 1;

    private static final int SUBACK_MIN = PACKET_ID + REASON_CODE;

    private static final PacketType[] TYPES = PacketType.values();

    private FixedHeader() {}

    /** The type that a first byte names, null for none. */
    static @Nullable PacketType type(int first) {
        int value = first >> TYPE_SHIFT;
        return value == 0 ? null : TYPES[value - 1];
    }

    /**
     * The type of the packet that begins with this byte, if such a packet may come now.
     *
     * @param version null until the version is known, that is until CONNECT was decoded by a server
     * @param opened whether all packets that open a connection (CONNACK; at a server CONNECT and its AUTH) were decoded
     */
    static PacketType judgeFirstByte(int first, Role role, @Nullable ProtocolVersion version, boolean opened)
            throws MalformedPacketException {
        PacketType type = type(first);
        if (type == null) {
            throw malformed("packet type 0");
        }
        if (!isExpected(type, role, version, opened)) {
            // [MQTT-3.1.0-1] [MQTT5-3.1.0-1] first packet is CONNECT, [MQTT-3.1.0-2] [MQTT5-3.1.0-2] and only the
            // first;
            // [MQTT5-3.1.2-30] nothing but AUTH and DISCONNECT until an authentication that CONNECT began has ended
            throw new MalformedPacketException(ReasonCode.PROTOCOL_ERROR, type + " where it must not come");
        }
        int flags = first & FLAGS_MASK;
        if (type == PacketType.PUBLISH) {
            judgePublishFlags(flags);
        } else if (flags != type.flags() && !isRepeatOf31(type, flags, version)) {
            // [MQTT-2.2.2-1] [MQTT-2.2.2-2] [MQTT5-2.1.3-1]; [MQTT-3.6.1-1] [MQTT5-3.6.1-1], [MQTT-3.8.1-1]
            // [MQTT5-3.8.1-1], [MQTT-3.10.1-1] [MQTT5-3.10.1-1], [MQTT-3.14.1-1] [MQTT5-3.14.1-1], [MQTT5-3.15.1-1]
            throw malformed("reserved flags of " + type);
        }
        return type;
    }

    private static boolean isExpected(PacketType type, Role role, @Nullable ProtocolVersion version, boolean opened) {
        boolean mqtt5 = version == ProtocolVersion.MQTT_5;
        return switch (type) {
            case CONNECT -> role == Role.SERVER && version == null;
            case CONNACK -> role == Role.CLIENT && !opened;
            case SUBSCRIBE, UNSUBSCRIBE, PINGREQ -> role == Role.SERVER && opened;
            case SUBACK, UNSUBACK, PINGRESP -> role == Role.CLIENT && opened;
            case PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP -> opened;
            // before version 5 only a client disconnects; in it a client may, while it authenticates
            case DISCONNECT -> role == Role.SERVER ? opened || mqtt5 : opened && mqtt5;
            case AUTH -> mqtt5; // which a server knows from CONNECT on
        };
    }

    private static void judgePublishFlags(int flags) throws MalformedPacketException {
        int qos = (flags >> QOS_SHIFT) & QOS_MASK;
        if (qos == QOS_MASK) {
            throw malformed("QoS 3"); // [MQTT-3.3.1-4] [MQTT5-3.3.1-4]
        }
        if (qos == 0 && (flags & DUP) != 0) {
            throw malformed("DUP with QoS 0"); // [MQTT-3.3.1-2] [MQTT5-3.3.1-2]
        }
    }

    /** MQTT 3.1 sets DUP on every packet it repeats; later versions on PUBLISH only. */
    private static boolean isRepeatOf31(PacketType type, int flags, @Nullable ProtocolVersion version) {
        return version == ProtocolVersion.MQTT_3_1 && type.flags() != 0 && flags == (type.flags() | DUP);
    }

    /** Refuses a remaining length that no packet of this type can have. */
    static void judgeRemainingLength(int first, PacketType type, @Nullable ProtocolVersion version, int remaining)
            throws MalformedPacketException {
        boolean mqtt5 = version == ProtocolVersion.MQTT_5;
        int properties = mqtt5 ? PROPERTIES : 0;
        boolean possible = switch (type) {
            case CONNECT -> remaining >= CONNECT_MIN;
            case CONNACK -> mqtt5 ? remaining >= CONNACK_MIN + PROPERTIES : remaining == CONNACK_MIN;
            case PUBLISH -> remaining >= publishMin(first, mqtt5);
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> mqtt5 ? remaining >= PACKET_ID : remaining == PACKET_ID;
            // version 5: one byte less for the empty filter, one more for the properties
            case SUBSCRIBE -> remaining >= SUBSCRIBE_MIN;
            case UNSUBSCRIBE -> remaining >= UNSUBSCRIBE_MIN;
            case SUBACK -> remaining >= SUBACK_MIN + properties;
            case UNSUBACK -> mqtt5 ? remaining >= SUBACK_MIN + PROPERTIES : remaining == PACKET_ID;
            case PINGREQ, PINGRESP -> remaining == 0;
            case DISCONNECT -> mqtt5 || remaining == 0;
            case AUTH -> true;
        };
        if (!possible) {
            throw malformed("remaining length " + remaining + " of " + type);
        }
    }

    /** A topic of one byte, or in version 5 none (there is an alias) but the length of the properties. */
    private static int publishMin(int first, boolean mqtt5) {
        boolean hasPacketId = ((first >> QOS_SHIFT) & QOS_MASK) != 0;
        return LENGTH_PREFIX + (mqtt5 ? PROPERTIES : 1) + (hasPacketId ? PACKET_ID : 0);
    }

    private static MalformedPacketException malformed(String what) {
        return new MalformedPacketException(ReasonCode.MALFORMED_PACKET, what);
    }
}
