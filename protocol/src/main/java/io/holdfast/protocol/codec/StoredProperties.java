// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Properties as bytes for a store: the block of the wire format, so that a stored message can be forwarded unaltered.
 * Stateless; any thread.
 */
public final class StoredProperties {
    private static final byte[] NO_BYTES = new byte[0];

    /** What was let in once is read back whatever the limits are now. */
    private static final CodecLimits UNLIMITED = new CodecLimits(
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE);

    private StoredProperties() {}

    /** The bytes of these properties; empty for none. */
    public static byte[] encode(Properties properties) {
        if (properties.isEmpty()) {
            return NO_BYTES;
        }
        int bodyBytes = PropertiesEncoder.bodyBytes(properties);
        byte[] bytes = new byte[Math.toIntExact(PropertiesEncoder.blockBytes(bodyBytes))];
        ByteBuf out = Unpooled.wrappedBuffer(bytes).clear();
        PropertiesEncoder.write(out, properties, bodyBytes);
        return bytes;
    }

    /**
     * The bytes of those properties that travel with a message unaltered, from a PUBLISH or a will [MQTT5-3.3.2-4]
     * [MQTT5-3.3.2-15] [MQTT5-3.3.2-16] [MQTT5-3.3.2-17] [MQTT5-3.3.2-20]; empty for none. Expiry, delay, alias and
     * Subscription Identifiers are no part of it: they differ from receiver to receiver.
     */
    public static byte[] encodeMessage(Properties properties) {
        if (properties.isEmpty()) {
            return NO_BYTES;
        }
        int bodyBytes = PropertiesEncoder.messageBodyBytes(properties);
        if (bodyBytes == 0) {
            return NO_BYTES;
        }
        byte[] bytes = new byte[Math.toIntExact(PropertiesEncoder.blockBytes(bodyBytes))];
        PropertiesEncoder.writeMessage(Unpooled.wrappedBuffer(bytes).clear(), properties, bodyBytes);
        return bytes;
    }

    /**
     * The properties of a message behind these bytes of {@link #encode}.
     *
     * @throws MalformedPacketException if the bytes are damaged, or the properties are not those of a PUBLISH
     */
    public static Properties decodePublish(byte[] bytes) throws MalformedPacketException {
        if (bytes.length == 0) {
            return Properties.NONE;
        }
        PacketReader in = reader(bytes);
        Properties properties = PropertiesDecoder.decode(in, PacketType.PUBLISH);
        in.requireEnd();
        return properties;
    }

    /**
     * The properties of a will behind these bytes of {@link #encode}.
     *
     * @throws MalformedPacketException if the bytes are damaged, or the properties are not those of a will
     */
    public static Properties decodeWill(byte[] bytes) throws MalformedPacketException {
        if (bytes.length == 0) {
            return Properties.NONE;
        }
        PacketReader in = reader(bytes);
        Properties properties = PropertiesDecoder.decodeWill(in);
        in.requireEnd();
        return properties;
    }

    private static PacketReader reader(byte[] bytes) {
        // a client may be sent subscription identifiers, a server may not: so read them as a client does
        PacketReader in = new PacketReader(UNLIMITED, Role.CLIENT, ProtocolVersion.MQTT_5);
        in.enter(Unpooled.wrappedBuffer(bytes), 0, bytes.length);
        return in;
    }
}
