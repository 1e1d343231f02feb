// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static io.holdfast.protocol.codec.PacketReader.malformed;
import static io.holdfast.protocol.codec.PacketReader.protocolError;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PropertiesBuilder;
import io.holdfast.protocol.packet.Property;
import io.holdfast.protocol.packet.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * Reads a block of properties and judges each: known, of this packet, from this side, in range, and not a duplicate.
 * Strict, because a value that is let through here is later forwarded unaltered to others.
 */
final class PropertiesDecoder {
    private PropertiesDecoder() {}

    /** The properties of a packet; {@link Properties#NONE} before MQTT 5, where nothing is read. */
    static Properties decode(PacketReader in, PacketType packet) throws MalformedPacketException {
        if (!in.isMqtt5()) {
            return Properties.NONE;
        }
        boolean early = packet == PacketType.CONNECT || packet == PacketType.AUTH;
        Properties properties = decodeBlock(in, packet, early);
        if (properties.contains(Property.AUTHENTICATION_DATA) && !properties.contains(Property.AUTHENTICATION_METHOD)) {
            throw protocolError("authentication data without a method");
        }
        return properties;
    }

    /** The properties of a will. */
    static Properties decodeWill(PacketReader in) throws MalformedPacketException {
        return in.isMqtt5() ? decodeBlock(in, null, true) : Properties.NONE;
    }

    /**
     * Reads a block.
     *
     * @param packet what carries the block; null for a will
     * @param early whether a stranger may send it: then the smaller limits hold
     */
    private static Properties decodeBlock(PacketReader in, @Nullable PacketType packet, boolean early)
            throws MalformedPacketException {
        int length = in.readVariableByteInteger();
        if (length == 0) {
            return Properties.NONE;
        }
        in.requireRemaining(length);
        CodecLimits limits = in.limits();
        if (length > (early ? limits.connectPropertyBytesMax() : limits.propertyBytesMax())) {
            throw tooMany("property bytes");
        }
        int userPropertiesMax = early ? limits.connectUserPropertiesMax() : limits.userPropertiesMax();
        int outerEnd = in.narrow(length);
        PropertiesBuilder properties = Properties.builder();
        while (in.remaining() > 0) {
            Property property = Property.of(in.readVariableByteInteger());
            if (property == null || !(packet == null ? property.isAllowedInWill() : property.isAllowedIn(packet))) {
                throw malformed("a property that this packet does not have");
            }
            requireSender(property, packet, in.role());
            requireOnce(property, packet, properties);
            decodeValue(in, property, properties);
            if (properties.userPropertyCount() > userPropertiesMax) {
                throw tooMany("user properties");
            }
        }
        in.widen(outerEnd);
        return properties.build();
    }

    /** Some properties go one way only, even in packets that go both ways. */
    private static void requireSender(Property property, @Nullable PacketType packet, Role receiver)
            throws MalformedPacketException {
        boolean wrongSide = switch (property) {
            // [MQTT5-3.3.4-6]
            case SUBSCRIPTION_IDENTIFIER -> packet == PacketType.PUBLISH && receiver == Role.SERVER;
            // [MQTT5-3.14.2-2]
            case SESSION_EXPIRY_INTERVAL -> packet == PacketType.DISCONNECT && receiver == Role.CLIENT;
            case SERVER_REFERENCE -> receiver == Role.SERVER;
            default -> false;
        };
        if (wrongSide) {
            throw protocolError(property + " from the wrong side");
        }
    }

    private static void requireOnce(Property property, @Nullable PacketType packet, PropertiesBuilder properties)
            throws MalformedPacketException {
        boolean mayRepeat = property == Property.USER_PROPERTY
                || (property == Property.SUBSCRIPTION_IDENTIFIER && packet == PacketType.PUBLISH);
        if (!mayRepeat && properties.contains(property)) {
            throw protocolError(property + " twice");
        }
    }

    private static void decodeValue(PacketReader in, Property property, PropertiesBuilder properties)
            throws MalformedPacketException {
        switch (property.kind()) {
            case BYTE -> properties.number(property, inRange(property, in.readByte()));
            case TWO_BYTE_INTEGER -> properties.number(property, inRange(property, in.readTwoBytes()));
            case FOUR_BYTE_INTEGER -> properties.number(property, inRange(property, in.readFourBytes()));
            case VARIABLE_BYTE_INTEGER ->
                properties.subscriptionIdentifier((int) inRange(property, in.readVariableByteInteger()));
            // content type among them [MQTT5-3.3.2-19]
            case UTF8_STRING -> properties.text(property, judgedText(property, in.readString()));
            case BINARY_DATA -> properties.binary(property, in.readBinary());
            case UTF8_STRING_PAIR -> properties.userProperty(in.readString(), in.readString());
        }
    }

    private static long inRange(Property property, long value) throws MalformedPacketException {
        if (value < property.min() || value > property.max()) {
            // [MQTT5-3.3.2-8]: alias 0 has a code of its own
            boolean alias = property == Property.TOPIC_ALIAS;
            throw new MalformedPacketException(
                    alias ? ReasonCode.TOPIC_ALIAS_INVALID : ReasonCode.PROTOCOL_ERROR, property + " out of range");
        }
        return value;
    }

    /** A response topic is a topic name [MQTT5-3.3.2-13] [MQTT5-3.3.2-14]; the other texts are free. */
    private static String judgedText(Property property, String text) throws MalformedPacketException {
        if (property == Property.RESPONSE_TOPIC
                && (text.isEmpty() || text.indexOf('+') >= 0 || text.indexOf('#') >= 0)) {
            throw protocolError("response topic that is no topic name");
        }
        return text;
    }

    private static MalformedPacketException tooMany(String what) {
        return new MalformedPacketException(ReasonCode.QUOTA_EXCEEDED, "too many " + what);
    }
}
