// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Property;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.UserProperty;
import io.holdfast.protocol.topic.Utf8;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A message as one line of JSON, with the fields of {@code mosquitto_sub}. A payload that is no UTF-8, for which JSON has no
 * form, is null there and follows as {@code payloadHex}.
 */
final class MessageJson {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSZ", Locale.ROOT);

    private MessageJson() {}

    /**
     * Appends the object.
     *
     * @param payloadAsJson whether a payload that is JSON is put there as it is instead of as a string
     */
    static void write(Publish message, ZonedDateTime time, boolean payloadAsJson, ByteArrayOutputStream out) {
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("tst", timestamp(time));
            json.writeStringField("topic", message.topic().toString());
            json.writeNumberField("qos", message.qos().level());
            json.writeNumberField("retain", message.retain() ? 1 : 0);
            json.writeNumberField("payloadlen", message.payload().length);
            if (message.qos() != QoS.AT_MOST_ONCE) {
                json.writeNumberField("mid", message.packetId());
            }
            if (!message.properties().isEmpty()) {
                json.writeObjectFieldStart("properties");
                properties(json, message.properties());
                json.writeEndObject();
            }
            payload(json, message.payload(), payloadAsJson);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // Memory takes everything.
        }
    }

    /** Microseconds behind the seconds, then {@code Z} and the offset, as mosquitto writes it. */
    private static String timestamp(ZonedDateTime time) {
        String text = TIME.format(time);
        int offset = text.length() - 5;
        return text.substring(0, offset) + "Z" + text.substring(offset);
    }

    private static void properties(JsonGenerator json, Properties properties) throws IOException {
        for (Property property : Property.values()) {
            if (!properties.contains(property)) {
                continue;
            }
            String name = GivenProperties.word(property);
            switch (property.kind()) {
                case UTF8_STRING -> json.writeStringField(name, properties.text(property));
                case BINARY_DATA -> json.writeStringField(name, text(properties.binary(property)));
                case VARIABLE_BYTE_INTEGER -> subscriptionIdentifiers(json, name, properties.subscriptionIdentifiers());
                case UTF8_STRING_PAIR -> {
                    json.writeObjectFieldStart("user-properties");
                    for (UserProperty one : properties.userProperties()) {
                        json.writeStringField(one.name(), one.value());
                    }
                    json.writeEndObject();
                }
                default -> json.writeNumberField(name, properties.number(property, 0));
            }
        }
    }

    private static void subscriptionIdentifiers(JsonGenerator json, String name, int[] identifiers) throws IOException {
        json.writeFieldName(name);
        if (identifiers.length == 1) {
            json.writeNumber(identifiers[0]);
        } else {
            json.writeArray(identifiers, 0, identifiers.length);
        }
    }

    private static String text(byte @Nullable [] bytes) {
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }

    private static void payload(JsonGenerator json, byte[] payload, boolean asJson) throws IOException {
        json.writeFieldName("payload");
        if (payload.length == 0) {
            json.writeNull();
        } else if (!Utf8.isText(payload)) {
            json.writeNull();
            json.writeStringField("payloadHex", HexFormat.of().formatHex(payload));
        } else if (asJson && isJson(payload)) {
            json.writeRawValue(text(payload).strip());
        } else {
            json.writeString(text(payload));
        }
    }

    private static boolean isJson(byte[] payload) {
        try (JsonParser parser = FACTORY.createParser(payload)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false; // Then it is a string.
        }
    }
}
