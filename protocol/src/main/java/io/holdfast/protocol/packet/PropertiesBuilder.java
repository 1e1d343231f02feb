// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Gathers {@link Properties}. Not thread safe; good for one {@link #build()}. A value set twice replaces the first,
 * except user properties and subscription identifiers, which add up in order.
 */
public final class PropertiesBuilder {
    /** First size of the dense arrays: most packets carry fewer properties of a sort. */
    private static final int INITIAL_CAPACITY = 4;

    private long present;
    private long[] numbers = new long[INITIAL_CAPACITY];
    private Object[] values = new Object[INITIAL_CAPACITY];
    private List<UserProperty> userProperties = List.of();
    private int[] subscriptionIdentifiers = new int[0];

    PropertiesBuilder() {}

    /** Whether the property has been set so far: lets a decoder refuse duplicates. */
    public boolean contains(Property property) {
        return (present & PropertyLayout.bit(property)) != 0;
    }

    /** How many user properties were added so far: lets a decoder keep its limit. */
    public int userPropertyCount() {
        return userProperties.size();
    }

    /**
     * Sets a number.
     *
     * @throws IllegalArgumentException if the property is no single number or the value is out of its range
     */
    public PropertiesBuilder number(Property property, long value) {
        PropertyLayout.requireNumber(property);
        requireInRange(property, value);
        int index = PropertyLayout.numberIndex(present, property);
        if (!contains(property)) {
            int count = PropertyLayout.numberCount(present);
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * count);
            }
            System.arraycopy(numbers, index, numbers, index + 1, count - index);
            present |= PropertyLayout.bit(property);
        }
        numbers[index] = value;
        return this;
    }

    /** Sets a text; must be without U+0000 and lone surrogates, at most 65,535 bytes in UTF-8 (the encoder checks). */
    public PropertiesBuilder text(Property property, String value) {
        PropertyLayout.requireKind(property, Property.Kind.UTF8_STRING);
        return value(property, value);
    }

    /** Sets binary data of at most 65,535 bytes; the array is kept, not copied. */
    public PropertiesBuilder binary(Property property, byte[] value) {
        PropertyLayout.requireKind(property, Property.Kind.BINARY_DATA);
        if (value.length > 0xFFFF) {
            throw new IllegalArgumentException(property + " of " + value.length + " bytes, at most 65535");
        }
        return value(property, value);
    }

    private PropertiesBuilder value(Property property, Object value) {
        int index = PropertyLayout.valueIndex(present, property);
        if (!contains(property)) {
            int count = PropertyLayout.valueCount(present);
            if (count == values.length) {
                values = Arrays.copyOf(values, 2 * count);
            }
            System.arraycopy(values, index, values, index + 1, count - index);
            present |= PropertyLayout.bit(property);
        }
        values[index] = value;
        return this;
    }

    /** Adds a user property behind those already there. */
    public PropertiesBuilder userProperty(UserProperty userProperty) {
        if (userProperties.isEmpty()) {
            userProperties = new ArrayList<>();
        }
        userProperties.add(userProperty);
        present |= PropertyLayout.bit(Property.USER_PROPERTY);
        return this;
    }

    /** Adds a user property behind those already there. */
    public PropertiesBuilder userProperty(String name, String value) {
        return userProperty(new UserProperty(name, value));
    }

    /** Adds a subscription identifier, 1..268,435,455. Several are legal only in a PUBLISH to a client. */
    public PropertiesBuilder subscriptionIdentifier(int identifier) {
        requireInRange(Property.SUBSCRIPTION_IDENTIFIER, identifier);
        subscriptionIdentifiers = Arrays.copyOf(subscriptionIdentifiers, subscriptionIdentifiers.length + 1);
        subscriptionIdentifiers[subscriptionIdentifiers.length - 1] = identifier;
        present |= PropertyLayout.bit(Property.SUBSCRIPTION_IDENTIFIER);
        return this;
    }

    /** Takes the topic alias out again: it holds for one connection, the other properties are forwarded. */
    public PropertiesBuilder withoutTopicAlias() {
        if (contains(Property.TOPIC_ALIAS)) {
            int index = PropertyLayout.numberIndex(present, Property.TOPIC_ALIAS);
            int behind = PropertyLayout.numberCount(present) - index - 1;
            System.arraycopy(numbers, index + 1, numbers, index, behind);
            present &= ~PropertyLayout.bit(Property.TOPIC_ALIAS);
        }
        return this;
    }

    /** Takes Reason String and User Properties out again: they are left out of a packet that they make too large. */
    public PropertiesBuilder withoutProblemInformation() {
        if (contains(Property.REASON_STRING)) {
            int index = PropertyLayout.valueIndex(present, Property.REASON_STRING);
            int behind = PropertyLayout.valueCount(present) - index - 1;
            System.arraycopy(values, index + 1, values, index, behind);
            present &= ~PropertyLayout.bit(Property.REASON_STRING);
        }
        userProperties = List.of();
        present &= ~PropertyLayout.bit(Property.USER_PROPERTY);
        return this;
    }

    public PropertiesBuilder payloadFormatIndicator(int indicator) {
        return number(Property.PAYLOAD_FORMAT_INDICATOR, indicator);
    }

    public PropertiesBuilder messageExpiryIntervalSeconds(long seconds) {
        return number(Property.MESSAGE_EXPIRY_INTERVAL, seconds);
    }

    public PropertiesBuilder contentType(String contentType) {
        return text(Property.CONTENT_TYPE, contentType);
    }

    public PropertiesBuilder responseTopic(String topic) {
        return text(Property.RESPONSE_TOPIC, topic);
    }

    public PropertiesBuilder correlationData(byte[] data) {
        return binary(Property.CORRELATION_DATA, data);
    }

    public PropertiesBuilder sessionExpiryIntervalSeconds(long seconds) {
        return number(Property.SESSION_EXPIRY_INTERVAL, seconds);
    }

    public PropertiesBuilder assignedClientIdentifier(String clientId) {
        return text(Property.ASSIGNED_CLIENT_IDENTIFIER, clientId);
    }

    public PropertiesBuilder serverKeepAliveSeconds(int seconds) {
        return number(Property.SERVER_KEEP_ALIVE, seconds);
    }

    public PropertiesBuilder authenticationMethod(String method) {
        return text(Property.AUTHENTICATION_METHOD, method);
    }

    public PropertiesBuilder authenticationData(byte[] data) {
        return binary(Property.AUTHENTICATION_DATA, data);
    }

    public PropertiesBuilder requestProblemInformation(boolean requested) {
        return number(Property.REQUEST_PROBLEM_INFORMATION, requested ? 1 : 0);
    }

    public PropertiesBuilder willDelayIntervalSeconds(long seconds) {
        return number(Property.WILL_DELAY_INTERVAL, seconds);
    }

    public PropertiesBuilder requestResponseInformation(boolean requested) {
        return number(Property.REQUEST_RESPONSE_INFORMATION, requested ? 1 : 0);
    }

    public PropertiesBuilder responseInformation(String information) {
        return text(Property.RESPONSE_INFORMATION, information);
    }

    public PropertiesBuilder serverReference(String reference) {
        return text(Property.SERVER_REFERENCE, reference);
    }

    public PropertiesBuilder reasonString(String reason) {
        return text(Property.REASON_STRING, reason);
    }

    public PropertiesBuilder receiveMaximum(int receiveMaximum) {
        return number(Property.RECEIVE_MAXIMUM, receiveMaximum);
    }

    public PropertiesBuilder topicAliasMaximum(int topicAliasMaximum) {
        return number(Property.TOPIC_ALIAS_MAXIMUM, topicAliasMaximum);
    }

    public PropertiesBuilder topicAlias(int topicAlias) {
        return number(Property.TOPIC_ALIAS, topicAlias);
    }

    /** States QoS 0 or 1 as the maximum; QoS 2 is stated by leaving the property out. */
    public PropertiesBuilder maximumQos(QoS qos) {
        return number(Property.MAXIMUM_QOS, qos.level());
    }

    public PropertiesBuilder retainAvailable(boolean available) {
        return number(Property.RETAIN_AVAILABLE, available ? 1 : 0);
    }

    public PropertiesBuilder maximumPacketSizeBytes(long bytes) {
        return number(Property.MAXIMUM_PACKET_SIZE, bytes);
    }

    public PropertiesBuilder wildcardSubscriptionAvailable(boolean available) {
        return number(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, available ? 1 : 0);
    }

    public PropertiesBuilder subscriptionIdentifierAvailable(boolean available) {
        return number(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, available ? 1 : 0);
    }

    public PropertiesBuilder sharedSubscriptionAvailable(boolean available) {
        return number(Property.SHARED_SUBSCRIPTION_AVAILABLE, available ? 1 : 0);
    }

    /** The properties gathered; this builder must not be used afterwards, for the arrays are handed over. */
    public Properties build() {
        if (present == 0) {
            return Properties.NONE;
        }
        return new Properties(
                present,
                numbers,
                values,
                userProperties.isEmpty() ? userProperties : Collections.unmodifiableList(userProperties),
                subscriptionIdentifiers);
    }

    private static void requireInRange(Property property, long value) {
        if (value < property.min() || value > property.max()) {
            throw new IllegalArgumentException(
                    property + " = " + value + " is not in " + property.min() + ".." + property.max());
        }
    }
}
