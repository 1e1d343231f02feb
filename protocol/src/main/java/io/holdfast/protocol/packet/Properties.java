// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The properties of one MQTT 5 packet or will. Immutable; arrays handed out are shared and read-only.
 *
 * <p>Getters of numbers answer what the specification says an absent property means; {@link #contains} tells absent and
 * default apart. Most packets carry none or a few of the 27 properties, so present ones are packed densely in the order
 * of their identifiers instead of giving each a field.
 */
public final class Properties {

    /** No properties at all: the only value before MQTT 5. */
    public static final Properties NONE = new Properties(0, new long[0], new Object[0], List.of(), new int[0]);

    /** The largest packet there can be: 1 type byte + 4 length bytes + the largest remaining length. */
    public static final long PACKET_BYTES_MAX = 1 + 4 + 268_435_455;

    /** Answer of getters for a number that has no default when it is absent. */
    public static final int ABSENT = -1;

    /** Bit n is set if the property with identifier n is present; identifiers end at 0x2A. */
    private final long present;
    /** Values of the numeric properties present, by rising identifier; may have slack behind. */
    private final long[] numbers;
    /** Values (String or byte[]) of the text and binary properties present, by rising identifier; ditto. */
    private final Object[] values;

    private final List<UserProperty> userProperties;
    private final int[] subscriptionIdentifiers;

    Properties(
            long present,
            long[] numbers,
            Object[] values,
            List<UserProperty> userProperties,
            int[] subscriptionIdentifiers) {
        this.present = present;
        this.numbers = numbers;
        this.values = values;
        this.userProperties = userProperties;
        this.subscriptionIdentifiers = subscriptionIdentifiers;
    }

    public static PropertiesBuilder builder() {
        return new PropertiesBuilder();
    }

    /** A builder that starts with these properties. */
    public PropertiesBuilder toBuilder() {
        PropertiesBuilder builder = new PropertiesBuilder();
        for (Property property : Property.values()) {
            if (!contains(property)) {
                continue;
            }
            switch (property.kind()) {
                case UTF8_STRING -> builder.text(property, (String) value(property));
                case BINARY_DATA -> builder.binary(property, (byte[]) value(property));
                case UTF8_STRING_PAIR -> userProperties.forEach(builder::userProperty);
                case VARIABLE_BYTE_INTEGER ->
                    Arrays.stream(subscriptionIdentifiers).forEach(builder::subscriptionIdentifier);
                default -> builder.number(property, numbers[PropertyLayout.numberIndex(present, property)]);
            }
        }
        return builder;
    }

    public boolean isEmpty() {
        return present == 0;
    }

    public boolean contains(Property property) {
        return (present & PropertyLayout.bit(property)) != 0;
    }

    /**
     * The value of a numeric property other than the subscription identifier, or {@code absent}.
     *
     * @throws IllegalArgumentException if the property is not a single number
     */
    public long number(Property property, long absent) {
        PropertyLayout.requireNumber(property);
        return contains(property) ? numbers[PropertyLayout.numberIndex(present, property)] : absent;
    }

    /** The value of a text property, or null. */
    public @Nullable String text(Property property) {
        PropertyLayout.requireKind(property, Property.Kind.UTF8_STRING);
        return contains(property) ? (String) value(property) : null;
    }

    /** The value of a binary property, or null; read-only. */
    public byte @Nullable [] binary(Property property) {
        PropertyLayout.requireKind(property, Property.Kind.BINARY_DATA);
        return contains(property) ? (byte[]) value(property) : null;
    }

    private Object value(Property property) {
        return values[PropertyLayout.valueIndex(present, property)];
    }

    /** 0 unspecified bytes (also when absent), 1 UTF-8. */
    public int payloadFormatIndicator() {
        return (int) number(Property.PAYLOAD_FORMAT_INDICATOR, 0);
    }

    /** Seconds until the message expires, 0..4,294,967,295, or {@link #ABSENT}: never. */
    public long messageExpiryIntervalSeconds() {
        return number(Property.MESSAGE_EXPIRY_INTERVAL, ABSENT);
    }

    public @Nullable String contentType() {
        return text(Property.CONTENT_TYPE);
    }

    /** Where the answer to this message should go; a topic name without wildcards [MQTT5-3.3.2-14]. */
    public @Nullable String responseTopic() {
        return text(Property.RESPONSE_TOPIC);
    }

    public byte @Nullable [] correlationData() {
        return binary(Property.CORRELATION_DATA);
    }

    /** The subscription identifier of a SUBSCRIBE, 1..268,435,455, or 0: none. */
    public int subscriptionIdentifier() {
        return subscriptionIdentifiers.length == 0 ? 0 : subscriptionIdentifiers[0];
    }

    /** All subscription identifiers of a PUBLISH to a client [MQTT5-3.3.4-4]; read-only. */
    public int[] subscriptionIdentifiers() {
        return subscriptionIdentifiers;
    }

    /** Seconds a session outlives its connection, 0 (also when absent)..4,294,967,295 (for ever). */
    public long sessionExpiryIntervalSeconds() {
        return number(Property.SESSION_EXPIRY_INTERVAL, 0);
    }

    public @Nullable String assignedClientIdentifier() {
        return text(Property.ASSIGNED_CLIENT_IDENTIFIER);
    }

    /** The keep alive the server imposes, 0..65,535 s, or {@link #ABSENT}: the client's counts [MQTT5-3.2.2-22]. */
    public int serverKeepAliveSeconds() {
        return (int) number(Property.SERVER_KEEP_ALIVE, ABSENT);
    }

    public @Nullable String authenticationMethod() {
        return text(Property.AUTHENTICATION_METHOD);
    }

    public byte @Nullable [] authenticationData() {
        return binary(Property.AUTHENTICATION_DATA);
    }

    /** False: reason string and user properties only on PUBLISH, CONNACK, DISCONNECT [MQTT5-3.1.2-29]. */
    public boolean requestProblemInformation() {
        return number(Property.REQUEST_PROBLEM_INFORMATION, 1) != 0;
    }

    /** Seconds between the end of the connection and the will, 0 (also when absent)..4,294,967,295. */
    public long willDelayIntervalSeconds() {
        return number(Property.WILL_DELAY_INTERVAL, 0);
    }

    public boolean requestResponseInformation() {
        return number(Property.REQUEST_RESPONSE_INFORMATION, 0) != 0;
    }

    public @Nullable String responseInformation() {
        return text(Property.RESPONSE_INFORMATION);
    }

    public @Nullable String serverReference() {
        return text(Property.SERVER_REFERENCE);
    }

    public @Nullable String reasonString() {
        return text(Property.REASON_STRING);
    }

    /** How many unacknowledged QoS 1 and 2 messages the sender of this takes, 1..65,535 (also when absent). */
    public int receiveMaximum() {
        return (int) number(Property.RECEIVE_MAXIMUM, 0xFFFF);
    }

    /** The highest topic alias the sender of this takes; 0 (also when absent): none [MQTT5-3.1.2-27]. */
    public int topicAliasMaximum() {
        return (int) number(Property.TOPIC_ALIAS_MAXIMUM, 0);
    }

    /** 1..65,535, or 0: none. */
    public int topicAlias() {
        return (int) number(Property.TOPIC_ALIAS, 0);
    }

    public QoS maximumQos() {
        return QoS.of((int) number(Property.MAXIMUM_QOS, 2));
    }

    public boolean retainAvailable() {
        return number(Property.RETAIN_AVAILABLE, 1) != 0;
    }

    /**
     * The largest packet the sender of this takes, in bytes with the fixed header; {@link #PACKET_BYTES_MAX} if absent.
     */
    public long maximumPacketSizeBytes() {
        return number(Property.MAXIMUM_PACKET_SIZE, PACKET_BYTES_MAX);
    }

    public boolean wildcardSubscriptionAvailable() {
        return number(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, 1) != 0;
    }

    public boolean subscriptionIdentifierAvailable() {
        return number(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 1) != 0;
    }

    public boolean sharedSubscriptionAvailable() {
        return number(Property.SHARED_SUBSCRIPTION_AVAILABLE, 1) != 0;
    }

    /** In the order received [MQTT5-3.3.2-18]. */
    public List<UserProperty> userProperties() {
        return userProperties;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Properties that) || present != that.present) {
            return false;
        }
        int numberCount = PropertyLayout.numberCount(present);
        int valueCount = PropertyLayout.valueCount(present);
        return Arrays.equals(numbers, 0, numberCount, that.numbers, 0, numberCount)
                && Arrays.deepEquals(Arrays.copyOf(values, valueCount), Arrays.copyOf(that.values, valueCount))
                && Arrays.equals(subscriptionIdentifiers, that.subscriptionIdentifiers)
                && userProperties.equals(that.userProperties);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(present) + userProperties.hashCode();
    }

    /** Names the properties; values only where they are numbers, for they are the client's text. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        for (Property property : Property.values()) {
            if (contains(property)) {
                text.append(text.length() > 1 ? ", " : "").append(property);
                if (property.isNumber() && property != Property.SUBSCRIPTION_IDENTIFIER) {
                    text.append('=').append(number(property, ABSENT));
                }
            }
        }
        return text.append('}').toString();
    }
}
