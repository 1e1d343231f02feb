// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Property;
import io.holdfast.protocol.packet.UserProperty;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** Writes a block of properties in the order of their identifiers, user properties in their own [MQTT5-3.3.2-18]. */
final class PropertiesEncoder {
    private static final Property[] PROPERTIES = Property.values();

    /** What goes to the receivers of a message unaltered. */
    private static final Property[] OF_MESSAGE = {
        Property.PAYLOAD_FORMAT_INDICATOR,
        Property.CONTENT_TYPE,
        Property.RESPONSE_TOPIC,
        Property.CORRELATION_DATA,
        Property.USER_PROPERTY
    };

    private static final int IDENTIFIER_BYTES = 1;

    private PropertiesEncoder() {}

    /** Bytes of the properties without the length in front. */
    static int bodyBytes(Properties properties) {
        return properties.isEmpty() ? 0 : bodyBytes(properties, PROPERTIES);
    }

    /** As above, of what travels with a message only. */
    static int messageBodyBytes(Properties properties) {
        return bodyBytes(properties, OF_MESSAGE);
    }

    private static int bodyBytes(Properties properties, Property[] wanted) {
        long bytes = 0;
        for (Property property : wanted) {
            if (properties.contains(property)) {
                bytes += valueBytes(properties, property);
            }
        }
        return VariableByteInteger.requireEncodable(bytes);
    }

    /** Bytes of the whole block; the length is written even if it is 0 [MQTT5-2.2.2-1]. */
    static long blockBytes(int bodyBytes) {
        return (long) VariableByteInteger.byteCount(bodyBytes) + bodyBytes;
    }

    private static long valueBytes(Properties properties, Property property) {
        return switch (property.kind()) {
            case BYTE -> IDENTIFIER_BYTES + 1;
            case TWO_BYTE_INTEGER -> IDENTIFIER_BYTES + 2;
            case FOUR_BYTE_INTEGER -> IDENTIFIER_BYTES + 4;
            case UTF8_STRING -> IDENTIFIER_BYTES + Fields.stringBytes(Fields.present(properties.text(property)));
            case BINARY_DATA -> IDENTIFIER_BYTES + Fields.binaryBytes(Fields.present(properties.binary(property)));
            case VARIABLE_BYTE_INTEGER -> {
                long bytes = 0;
                for (int identifier : properties.subscriptionIdentifiers()) {
                    bytes += IDENTIFIER_BYTES + VariableByteInteger.byteCount(identifier);
                }
                yield bytes;
            }
            case UTF8_STRING_PAIR -> {
                long bytes = 0;
                List<UserProperty> userProperties = properties.userProperties();
                for (int i = 0; i < userProperties.size(); i++) {
                    UserProperty pair = userProperties.get(i);
                    bytes += IDENTIFIER_BYTES + Fields.stringBytes(pair.name()) + Fields.stringBytes(pair.value());
                }
                yield bytes;
            }
        };
    }

    /** Writes the block; {@code bodyBytes} is what {@link #bodyBytes} said. */
    static void write(ByteBuf out, Properties properties, int bodyBytes) {
        VariableByteInteger.write(out, bodyBytes);
        if (bodyBytes > 0) {
            writeValues(out, properties, PROPERTIES);
        }
    }

    /** As above, of what travels with a message only; {@code bodyBytes} is what {@link #messageBodyBytes} said. */
    static void writeMessage(ByteBuf out, Properties properties, int bodyBytes) {
        VariableByteInteger.write(out, bodyBytes);
        writeValues(out, properties, OF_MESSAGE);
    }

    private static void writeValues(ByteBuf out, Properties properties, Property[] wanted) {
        for (Property property : wanted) {
            if (properties.contains(property)) {
                writeValue(out, properties, property);
            }
        }
    }

    private static void writeValue(ByteBuf out, Properties properties, Property property) {
        int id = property.id();
        switch (property.kind()) {
            case BYTE -> out.writeByte(id).writeByte((int) properties.number(property, 0));
            case TWO_BYTE_INTEGER -> out.writeByte(id).writeShort((int) properties.number(property, 0));
            case FOUR_BYTE_INTEGER -> out.writeByte(id).writeInt((int) properties.number(property, 0));
            case UTF8_STRING -> Fields.writeString(out.writeByte(id), Fields.present(properties.text(property)));
            case BINARY_DATA -> Fields.writeBinary(out.writeByte(id), Fields.present(properties.binary(property)));
            case VARIABLE_BYTE_INTEGER -> {
                for (int identifier : properties.subscriptionIdentifiers()) {
                    VariableByteInteger.write(out.writeByte(id), identifier);
                }
            }
            case UTF8_STRING_PAIR -> {
                List<UserProperty> userProperties = properties.userProperties();
                for (int i = 0; i < userProperties.size(); i++) {
                    UserProperty pair = userProperties.get(i);
                    Fields.writeString(out.writeByte(id), pair.name());
                    Fields.writeString(out, pair.value());
                }
            }
        }
    }
}
