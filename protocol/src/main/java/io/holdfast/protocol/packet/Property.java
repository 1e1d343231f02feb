// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

import static io.holdfast.protocol.packet.PacketType.AUTH;
import static io.holdfast.protocol.packet.PacketType.CONNACK;
import static io.holdfast.protocol.packet.PacketType.CONNECT;
import static io.holdfast.protocol.packet.PacketType.DISCONNECT;
import static io.holdfast.protocol.packet.PacketType.PUBACK;
import static io.holdfast.protocol.packet.PacketType.PUBCOMP;
import static io.holdfast.protocol.packet.PacketType.PUBLISH;
import static io.holdfast.protocol.packet.PacketType.PUBREC;
import static io.holdfast.protocol.packet.PacketType.PUBREL;
import static io.holdfast.protocol.packet.PacketType.SUBACK;
import static io.holdfast.protocol.packet.PacketType.SUBSCRIBE;
import static io.holdfast.protocol.packet.PacketType.UNSUBACK;
import static io.holdfast.protocol.packet.PacketType.UNSUBSCRIBE;

import org.jspecify.annotations.Nullable;

/** The MQTT 5 properties: identifier, data type, the values that are legal and the packets that may carry them. */
public enum Property {
    PAYLOAD_FORMAT_INDICATOR(0x01, Kind.BYTE, 0, 1, PUBLISH),
    MESSAGE_EXPIRY_INTERVAL(0x02, Kind.FOUR_BYTE_INTEGER, 0, 0xFFFF_FFFFL, PUBLISH),
    CONTENT_TYPE(0x03, Kind.UTF8_STRING, PUBLISH),
    RESPONSE_TOPIC(0x08, Kind.UTF8_STRING, PUBLISH),
    CORRELATION_DATA(0x09, Kind.BINARY_DATA, PUBLISH),
    SUBSCRIPTION_IDENTIFIER(0x0B, Kind.VARIABLE_BYTE_INTEGER, 1, 268_435_455, PUBLISH, SUBSCRIBE),
    SESSION_EXPIRY_INTERVAL(0x11, Kind.FOUR_BYTE_INTEGER, 0, 0xFFFF_FFFFL, CONNECT, CONNACK, DISCONNECT),
    ASSIGNED_CLIENT_IDENTIFIER(0x12, Kind.UTF8_STRING, CONNACK),
    SERVER_KEEP_ALIVE(0x13, Kind.TWO_BYTE_INTEGER, 0, 0xFFFF, CONNACK),
    AUTHENTICATION_METHOD(0x15, Kind.UTF8_STRING, CONNECT, CONNACK, AUTH),
    AUTHENTICATION_DATA(0x16, Kind.BINARY_DATA, CONNECT, CONNACK, AUTH),
    REQUEST_PROBLEM_INFORMATION(0x17, Kind.BYTE, 0, 1, CONNECT),
    /** In the will properties only: see {@link #isAllowedInWill()}. */
    WILL_DELAY_INTERVAL(0x18, Kind.FOUR_BYTE_INTEGER, 0, 0xFFFF_FFFFL),
    REQUEST_RESPONSE_INFORMATION(0x19, Kind.BYTE, 0, 1, CONNECT),
    RESPONSE_INFORMATION(0x1A, Kind.UTF8_STRING, CONNACK),
    SERVER_REFERENCE(0x1C, Kind.UTF8_STRING, CONNACK, DISCONNECT),
    REASON_STRING(0x1F, Kind.UTF8_STRING, CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, DISCONNECT, AUTH),
    RECEIVE_MAXIMUM(0x21, Kind.TWO_BYTE_INTEGER, 1, 0xFFFF, CONNECT, CONNACK),
    TOPIC_ALIAS_MAXIMUM(0x22, Kind.TWO_BYTE_INTEGER, 0, 0xFFFF, CONNECT, CONNACK),
    TOPIC_ALIAS(0x23, Kind.TWO_BYTE_INTEGER, 1, 0xFFFF, PUBLISH),
    MAXIMUM_QOS(0x24, Kind.BYTE, 0, 1, CONNACK),
    RETAIN_AVAILABLE(0x25, Kind.BYTE, 0, 1, CONNACK),
    USER_PROPERTY(
            0x26,
            Kind.UTF8_STRING_PAIR,
            CONNECT,
            CONNACK,
            PUBLISH,
            PUBACK,
            PUBREC,
            PUBREL,
            PUBCOMP,
            SUBSCRIBE,
            SUBACK,
            UNSUBSCRIBE,
            UNSUBACK,
            DISCONNECT,
            AUTH),
    MAXIMUM_PACKET_SIZE(0x27, Kind.FOUR_BYTE_INTEGER, 1, 0xFFFF_FFFFL, CONNECT, CONNACK),
    WILDCARD_SUBSCRIPTION_AVAILABLE(0x28, Kind.BYTE, 0, 1, CONNACK),
    SUBSCRIPTION_IDENTIFIER_AVAILABLE(0x29, Kind.BYTE, 0, 1, CONNACK),
    SHARED_SUBSCRIPTION_AVAILABLE(0x2A, Kind.BYTE, 0, 1, CONNACK);

    /** The data types of property values. */
    public enum Kind {
        BYTE,
        TWO_BYTE_INTEGER,
        FOUR_BYTE_INTEGER,
        VARIABLE_BYTE_INTEGER,
        UTF8_STRING,
        BINARY_DATA,
        UTF8_STRING_PAIR
    }

    private static final int ID_MAX = 0x2A;
    private static final @Nullable Property[] BY_ID = new @Nullable Property[ID_MAX + 1];

    static {
        for (Property property : values()) {
            BY_ID[property.id] = property;
        }
    }

    private final int id;
    private final Kind kind;
    private final long min;
    private final long max;
    /** Bit n: the packet type with value n may carry this property. */
    private final int packets;

    Property(int id, Kind kind, PacketType... packets) {
        this(id, kind, 0, 0, packets);
    }

    Property(int id, Kind kind, long min, long max, PacketType... packets) {
        this.id = id;
        this.kind = kind;
        this.min = min;
        this.max = max;
        int bits = 0;
        for (PacketType packet : packets) {
            bits |= 1 << packet.value();
        }
        this.packets = bits;
    }

    /** The property with this wire identifier, or null if there is none. */
    public static @Nullable Property of(int id) {
        return id < 0 || id > ID_MAX ? null : BY_ID[id];
    }

    /** The wire identifier, one byte. */
    public int id() {
        return id;
    }

    public Kind kind() {
        return kind;
    }

    /** The smallest legal value of a number. */
    public long min() {
        return min;
    }

    /** The largest legal value of a number. */
    public long max() {
        return max;
    }

    public boolean isNumber() {
        return max > 0;
    }

    public boolean isAllowedIn(PacketType packet) {
        return (packets & (1 << packet.value())) != 0;
    }

    /** Whether the will properties of a CONNECT may hold it: what a PUBLISH carries to its receiver, and the delay. */
    public boolean isAllowedInWill() {
        return switch (this) {
            case WILL_DELAY_INTERVAL,
                    PAYLOAD_FORMAT_INDICATOR,
                    MESSAGE_EXPIRY_INTERVAL,
                    CONTENT_TYPE,
                    RESPONSE_TOPIC,
                    CORRELATION_DATA,
                    USER_PROPERTY -> true;
            default -> false;
        };
    }
}
