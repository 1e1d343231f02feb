// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PropertiesBuilder;
import io.holdfast.protocol.packet.Property;
import io.netty.handler.codec.mqtt.MqttProperties;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Properties between our form and that of Netty's codec. */
final class NettyProperties {
    private NettyProperties() {}

    static MqttProperties toNetty(Properties properties) {
        MqttProperties netty = new MqttProperties();
        for (Property property : Property.values()) {
            if (!properties.contains(property)) {
                continue;
            }
            int id = property.id();
            switch (property.kind()) {
                case UTF8_STRING ->
                    netty.add(new MqttProperties.StringProperty(id, Objects.requireNonNull(properties.text(property))));
                case BINARY_DATA ->
                    netty.add(
                            new MqttProperties.BinaryProperty(id, Objects.requireNonNull(properties.binary(property))));
                case UTF8_STRING_PAIR -> {
                    MqttProperties.UserProperties pairs = new MqttProperties.UserProperties();
                    properties.userProperties().forEach(pair -> pairs.add(pair.name(), pair.value()));
                    netty.add(pairs);
                }
                case VARIABLE_BYTE_INTEGER -> {
                    for (int identifier : properties.subscriptionIdentifiers()) {
                        netty.add(new MqttProperties.IntegerProperty(id, identifier));
                    }
                }
                default -> netty.add(new MqttProperties.IntegerProperty(id, (int) properties.number(property, 0)));
            }
        }
        return netty;
    }

    static Properties toOurs(@Nullable MqttProperties netty) {
        PropertiesBuilder properties = Properties.builder();
        if (netty == null) {
            return properties.build();
        }
        for (MqttProperties.MqttProperty<?> value : netty.listAll()) {
            Property property = Objects.requireNonNull(Property.of(value.propertyId()));
            if (value instanceof MqttProperties.UserProperties pairs) {
                pairs.value().forEach(pair -> properties.userProperty(pair.key, pair.value));
            } else if (value instanceof MqttProperties.UserProperty pair) {
                properties.userProperty(pair.value().key, pair.value().value);
            } else if (value instanceof MqttProperties.StringProperty text) {
                properties.text(property, text.value());
            } else if (value instanceof MqttProperties.BinaryProperty binary) {
                properties.binary(property, binary.value());
            } else if (property == Property.SUBSCRIPTION_IDENTIFIER) {
                properties.subscriptionIdentifier((Integer) value.value());
            } else {
                properties.number(property, (Integer) value.value() & 0xFFFF_FFFFL);
            }
        }
        return properties.build();
    }
}
