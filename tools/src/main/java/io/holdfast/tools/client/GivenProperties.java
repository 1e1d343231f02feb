// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PropertiesBuilder;
import io.holdfast.protocol.packet.Property;
import io.holdfast.protocol.topic.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Stack;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The MQTT 5 properties that {@code -D PACKET NAME VALUE} asked for, by packet. */
final class GivenProperties {
    /** Packets that a user can give properties to. */
    enum Carrier {
        CONNECT(PacketType.CONNECT),
        /** The will of CONNECT has properties of its own. */
        WILL(PacketType.CONNECT),
        PUBLISH(PacketType.PUBLISH),
        SUBSCRIBE(PacketType.SUBSCRIBE),
        UNSUBSCRIBE(PacketType.UNSUBSCRIBE),
        DISCONNECT(PacketType.DISCONNECT);

        private final PacketType packet;

        Carrier(PacketType packet) {
            this.packet = packet;
        }

        boolean carries(Property property) {
            return this == WILL ? property.isAllowedInWill() : property.isAllowedIn(packet);
        }
    }

    private final Map<Carrier, PropertiesBuilder> given = new EnumMap<>(Carrier.class);

    boolean isEmpty() {
        return given.isEmpty();
    }

    /** The properties of a packet, with none if none were given. May be asked once for each packet. */
    Properties of(Carrier carrier) {
        PropertiesBuilder builder = given.get(carrier);
        return builder == null ? Properties.NONE : builder.build();
    }

    /**
     * Adds what one {@code -D} says.
     *
     * @throws IllegalArgumentException if there is no such packet or property, or the value is none for it
     */
    void add(String packet, String name, String value) {
        Carrier carrier = carrier(packet);
        Property property = property(carrier, name);
        PropertiesBuilder builder = given.computeIfAbsent(carrier, any -> Properties.builder());
        switch (property.kind()) {
            case UTF8_STRING -> builder.text(property, text(value));
            case BINARY_DATA -> builder.binary(property, value.getBytes(StandardCharsets.UTF_8));
            case VARIABLE_BYTE_INTEGER ->
                builder.subscriptionIdentifier((int) Math.min(number(value), Integer.MAX_VALUE));
            case UTF8_STRING_PAIR -> throw new IllegalArgumentException("user-property needs a name and a value");
            default -> builder.number(property, number(value));
        }
    }

    void addUserProperty(String packet, String name, String value) {
        Carrier carrier = carrier(packet);
        given.computeIfAbsent(carrier, any -> Properties.builder()).userProperty(text(name), text(value));
    }

    private static Carrier carrier(String packet) {
        return Stream.of(Carrier.values())
                .filter(carrier -> carrier.name().equalsIgnoreCase(packet))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + packet
                        + "' is no packet that can be given a property; those are " + list(Carrier.values())));
    }

    private static Property property(Carrier carrier, String name) {
        Property[] fitting =
                Stream.of(Property.values()).filter(carrier::carries).toArray(Property[]::new);
        Optional<Property> named = Stream.of(fitting)
                .filter(property -> word(property).equals(name))
                .findFirst();
        if (named.isPresent() && named.get() == Property.TOPIC_ALIAS) {
            throw new IllegalArgumentException("topic-alias is not offered: every message carries its topic");
        }
        return named.orElseThrow(() -> new IllegalArgumentException(
                "'" + name + "' is no property of " + word(carrier) + "; those are " + list(fitting)));
    }

    private static String list(Enum<?>[] values) {
        return Stream.of(values).map(GivenProperties::word).collect(Collectors.joining(", "));
    }

    /** As on the command line: lower case, with dashes. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static long number(String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + value + "' is not a number", e);
        }
    }

    private static String text(String value) {
        int unused = Utf8.byteCount(value); // Refuses what no string of MQTT may be.
        return value;
    }

    /** Takes three words from the command line, four for a user property. */
    static final class Consumer implements IParameterConsumer {
        private static final String USER_PROPERTY = word(Property.USER_PROPERTY);

        @Override
        public void consumeParameters(Stack<String> words, ArgSpec option, CommandSpec command) {
            GivenProperties properties = option.getValue();
            try {
                String packet = next(words);
                String name = next(words);
                if (name.equals(USER_PROPERTY)) {
                    properties.addUserProperty(packet, next(words), next(words));
                } else {
                    properties.add(packet, name, next(words));
                }
            } catch (IllegalArgumentException e) {
                throw new ParameterException(command.commandLine(), "-D: " + e.getMessage(), e);
            }
        }

        private static String next(Stack<String> words) {
            if (words.isEmpty()) {
                throw new IllegalArgumentException("PACKET, NAME and VALUE are needed");
            }
            return words.pop();
        }
    }
}
