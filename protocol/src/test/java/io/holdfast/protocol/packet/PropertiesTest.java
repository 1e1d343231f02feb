// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.testkit.Seeded;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PropertiesTest {
    @Test
    @DisplayName("an absent property answers what the specification says its absence means")
    void getters_none_defaults() {
        Properties none = Properties.NONE;
        assertThat(none.isEmpty()).isTrue();
        assertThat(none.payloadFormatIndicator()).isZero();
        assertThat(none.messageExpiryIntervalSeconds()).isEqualTo(Properties.ABSENT);
        assertThat(none.sessionExpiryIntervalSeconds()).isZero();
        assertThat(none.serverKeepAliveSeconds()).isEqualTo(Properties.ABSENT);
        assertThat(none.willDelayIntervalSeconds()).isZero();
        assertThat(none.receiveMaximum()).isEqualTo(65_535);
        assertThat(none.topicAliasMaximum()).isZero();
        assertThat(none.topicAlias()).isZero();
        assertThat(none.maximumQos()).isEqualTo(QoS.EXACTLY_ONCE);
        assertThat(none.retainAvailable()).isTrue();
        assertThat(none.maximumPacketSizeBytes()).isEqualTo(268_435_460);
        assertThat(none.wildcardSubscriptionAvailable()).isTrue();
        assertThat(none.subscriptionIdentifierAvailable()).isTrue();
        assertThat(none.sharedSubscriptionAvailable()).isTrue();
        assertThat(none.requestProblemInformation()).isTrue();
        assertThat(none.requestResponseInformation()).isFalse();
        assertThat(none.subscriptionIdentifier()).isZero();
        assertThat(none.subscriptionIdentifiers()).isEmpty();
        assertThat(none.userProperties()).isEmpty();
        assertThat(none.contentType()).isNull();
        assertThat(none.correlationData()).isNull();
        assertThat(Properties.builder().build()).isSameAs(none);
    }

    @Test
    void getters_present_values() {
        Properties properties = Properties.builder()
                .sharedSubscriptionAvailable(false)
                .retainAvailable(false)
                .wildcardSubscriptionAvailable(false)
                .subscriptionIdentifierAvailable(false)
                .requestProblemInformation(false)
                .requestResponseInformation(true)
                .sessionExpiryIntervalSeconds(0xFFFF_FFFFL)
                .maximumQos(QoS.AT_MOST_ONCE)
                .assignedClientIdentifier("id")
                .serverReference("sr")
                .responseInformation("ri")
                .reasonString("rs")
                .authenticationMethod("am")
                .authenticationData(new byte[] {1})
                .subscriptionIdentifier(3)
                .subscriptionIdentifier(2)
                .userProperty("k", "1")
                .userProperty("k", "2")
                .topicAlias(4)
                .build();
        assertThat(properties.sharedSubscriptionAvailable()).isFalse();
        assertThat(properties.retainAvailable()).isFalse();
        assertThat(properties.wildcardSubscriptionAvailable()).isFalse();
        assertThat(properties.subscriptionIdentifierAvailable()).isFalse();
        assertThat(properties.requestProblemInformation()).isFalse();
        assertThat(properties.requestResponseInformation()).isTrue();
        assertThat(properties.sessionExpiryIntervalSeconds()).isEqualTo(4_294_967_295L);
        assertThat(properties.maximumQos()).isEqualTo(QoS.AT_MOST_ONCE);
        assertThat(properties.assignedClientIdentifier()).isEqualTo("id");
        assertThat(properties.serverReference()).isEqualTo("sr");
        assertThat(properties.responseInformation()).isEqualTo("ri");
        assertThat(properties.reasonString()).isEqualTo("rs");
        assertThat(properties.authenticationMethod()).isEqualTo("am");
        assertThat(properties.authenticationData()).containsExactly(1);
        assertThat(properties.subscriptionIdentifiers()).containsExactly(3, 2);
        assertThat(properties.subscriptionIdentifier()).isEqualTo(3);
        assertThat(properties.userProperties()).containsExactly(new UserProperty("k", "1"), new UserProperty("k", "2"));
        assertThat(properties.topicAlias()).isEqualTo(4);
        assertThat(properties.toBuilder().withoutTopicAlias().build().contains(Property.TOPIC_ALIAS))
                .isFalse();
    }

    @Test
    void number_outOfRange_refused() {
        PropertiesBuilder builder = Properties.builder();
        assertThatThrownBy(() -> builder.receiveMaximum(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.topicAlias(65_536)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.maximumQos(QoS.EXACTLY_ONCE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.subscriptionIdentifier(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.sessionExpiryIntervalSeconds(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.correlationData(new byte[65_536]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.text(Property.TOPIC_ALIAS, "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.number(Property.REASON_STRING, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void toString_secrets_stayOut() {
        assertThat(Properties.builder()
                        .authenticationMethod("secret")
                        .topicAlias(3)
                        .build())
                .hasToString("{AUTHENTICATION_METHOD, TOPIC_ALIAS=3}");
    }

    @Test
    void userProperties_built_cannotBeChanged() {
        Properties properties = Properties.builder().userProperty("a", "b").build();
        assertThatThrownBy(() -> properties.userProperties().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Seeded(runs = 50)
    @DisplayName("the dense arrays keep what was set, in any order of setting, like a map does")
    void builder_randomOrder_likeAMap(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<Property, Object> expected = new EnumMap<>(Property.class);
        PropertiesBuilder builder = Properties.builder();
        Property[] all = Property.values();
        for (int i = random.nextInt(60); i > 0; i--) {
            Property property = all[random.nextInt(all.length)];
            switch (property.kind()) {
                case UTF8_STRING -> {
                    expected.put(property, "text" + i);
                    builder.text(property, "text" + i);
                }
                case BINARY_DATA -> {
                    byte[] bytes = {(byte) i};
                    expected.put(property, bytes);
                    builder.binary(property, bytes);
                }
                case UTF8_STRING_PAIR, VARIABLE_BYTE_INTEGER -> {
                    // kept in order of their own, see above
                }
                default -> {
                    long value = random.nextLong(property.min(), property.max() + 1);
                    expected.put(property, value);
                    builder.number(property, value);
                }
            }
        }
        boolean withoutAlias = random.nextBoolean();
        if (withoutAlias) {
            builder.withoutTopicAlias();
            expected.remove(Property.TOPIC_ALIAS);
        }
        Properties properties = builder.build();
        for (Property property : all) {
            assertThat(properties.contains(property)).as("%s", property).isEqualTo(expected.containsKey(property));
            if (properties.contains(property)) {
                Object value = property.kind() == Property.Kind.UTF8_STRING
                        ? properties.text(property)
                        : property.kind() == Property.Kind.BINARY_DATA
                                ? properties.binary(property)
                                : (Object) properties.number(property, -1);
                assertThat(value).as("%s", property).isEqualTo(expected.get(property));
            }
        }
        Properties copy = properties.toBuilder().build();
        assertThat(copy).isEqualTo(properties).hasSameHashCodeAs(properties);
        assertThat(properties.toBuilder().userProperty("one", "more").build()).isNotEqualTo(properties);
    }
}
