// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.requirement;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows on what a topic name is. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class TopicRowsIT {
    private static final int TOPIC_BYTES_MAX = 65_535;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    TopicRowsIT(Dialect dialect) {
        dialect.speak();
    }

    private static void assertPublishCloses(byte[] topic) throws Exception {
        for (int qos = 0; qos <= 2; qos++) {
            try (WireClient client = BROKER.anyClient()) {
                client.send(PacketBytes.publish(topic, new byte[] {'x'}, qos, false, 1, false));
                assertThat(client.awaitClosed(WireClient.PATIENCE))
                        .as("QoS %d", qos)
                        .isTrue();
            }
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void assertCarries(String topic) throws Exception {
        assertThat(Exchange.topicsReceived(BROKER, topic, topic)).containsExactly(topic);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"a/+", "a/#", "#", "+", "a+", "+/monitor"})
    @DisplayName("[MQTT-3.3.2-2] [MQTT5-3.3.2-2] [MQTT-4.7.1-1] [MQTT5-4.7.0-1] S34 a topic name with a "
            + "wildcard closes the connection")
    void publish_wildcard_closed(String topic) throws Exception {
        assertPublishCloses(utf8(topic));
    }

    @Test
    @DisplayName("S45 a message is published to exactly one topic, not to what a filter would cover")
    void publish_exactTopic_onlyThere() throws Exception {
        assertThat(Exchange.topicsReceived(BROKER, "s45/a", "s45/a", "s45/b", "s45"))
                .containsExactly("s45/a");
        assertPublishCloses(utf8("s45/#"));
    }

    @Test
    @DisplayName("K07 [MQTT-4.7.3-1] [MQTT5-4.7.3-1] S39 publishing and subscribing need a topic")
    void publishOrSubscribe_emptyTopic_closed() throws Exception {
        assertPublishCloses(new byte[0]);
        try (WireClient client = BROKER.anyClient()) {
            client.send(PacketBytes.subscribe(1, 0, ""));
            if (Dialect.current().isMqtt5()) {
                assertThat(client.expectAck(WirePacket.SUBACK, 1).returnCodes()).containsExactly(0x8F);
            } else {
                assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
            }
        }
        try (WireClient client = BROKER.anyClient()) {
            client.send(PacketBytes.hex("82 02 0001"));
            assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
        }
    }

    @Test
    @DisplayName("S40 levels are split by a slash: myhome/livingroom/temperature has three")
    void levels_threeBySlash() throws Exception {
        String topic = "myhome/livingroom/temperature";
        assertThat(Exchange.topicsReceived(BROKER, "+/+/+", topic)).containsExactly(topic);
        assertThat(Exchange.topicsReceived(BROKER, "+/+", topic)).isEmpty();
        assertThat(Exchange.topicsReceived(BROKER, "+/+/+/+", topic)).isEmpty();
    }

    @Test
    @DisplayName("S41 'mytopic' is a legal topic")
    void topic_mytopic_legal() throws Exception {
        assertCarries("mytopic");
    }

    @Test
    @DisplayName("S42 'top_level_topic/second_level_topic' is a legal topic")
    void topic_twoLevels_legal() throws Exception {
        assertCarries("top_level_topic/second_level_topic");
    }

    @Test
    @DisplayName("S43 backslash and slash are both legal topics, and a backslash separates nothing")
    void topic_backslash_legalAndNoSeparator() throws Exception {
        assertCarries("\\");
        assertCarries("/");
        assertThat(Exchange.topicsReceived(BROKER, "+", "a\\b", "\\")).containsExactly("a\\b", "\\");
        assertThat(Exchange.topicsReceived(BROKER, "+/+", "a\\b")).isEmpty();
    }

    @Test
    @DisplayName("S63 a topic has at least one character")
    void topic_oneCharacter_isTheLeast() throws Exception {
        assertCarries("x");
        assertPublishCloses(new byte[0]);
    }

    @Test
    @DisplayName("S64 a leading or trailing slash makes another topic")
    void topic_slashAtEitherEnd_isAnother() throws Exception {
        String[] all = {"/s64", "s64", "s64/"};
        for (String topic : all) {
            assertThat(Exchange.topicsReceived(BROKER, topic, all)).containsExactly(topic);
        }
    }

    @Test
    @DisplayName("S65 a single slash is legal: two empty levels")
    void topic_onlySlash_legal() throws Exception {
        assertThat(Exchange.topicsReceived(BROKER, "+/+", "/")).containsExactly("/");
        assertThat(Exchange.topicsReceived(BROKER, "+", "/")).isEmpty();
    }

    @Test
    @DisplayName("[MQTT-4.7.3-3] [MQTT5-4.7.3-3] S66 a topic of 65,535 bytes is carried")
    void topic_longest_carried() throws Exception {
        String longest = "x".repeat(TOPIC_BYTES_MAX);
        try (WireClient subscriber = BROKER.anyClient();
                WireClient publisher = BROKER.anyClient()) {
            assertThat(subscriber.subscribe(1, longest)).containsExactly(1);
            publisher.publish(longest, "long", 1, false);
            assertThat(subscriber.read(WirePacket.PUBLISH).topic()).isEqualTo(longest);
        }
    }

    @Test
    @DisplayName("[MQTT-1.5.3-3] [MQTT5-1.5.4-3] [MQTT-3.3.2-1] [MQTT5-3.3.2-1] S66 topics are UTF-8: other "
            + "letters are carried as they are")
    void topic_otherLetters_carried() throws Exception {
        List<String> topics = List.of("s66/\u6e29\u5ea6", "s66/\ud83c\udf21", "s66/\ufeffbom", "s66/ b c");
        assertThat(Exchange.topicsReceived(BROKER, "s66/+", topics.toArray(String[]::new)))
                .containsExactlyElementsOf(topics);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"61ff", "c080", "eda080", "edbfbf", "610062", "f4908080", "e282", "f8888080 80"})
    @DisplayName("K09 [MQTT-1.5.3-1] [MQTT5-1.5.4-1] [MQTT-1.5.3-2] [MQTT5-1.5.4-2] [MQTT-4.7.3-2] "
            + "[MQTT5-4.7.3-2] S66 ill-formed UTF-8, U+0000 and surrogates close the connection")
    void topic_illFormed_closed(String bytes) throws Exception {
        assertPublishCloses(PacketBytes.hex(bytes));
    }

    @Test
    @DisplayName("[MQTT-4.7.3-4] [MQTT5-4.7.3-4] S67 topics are case sensitive")
    void topic_case_matters() throws Exception {
        assertThat(Exchange.topicsReceived(BROKER, "s67/A", "s67/a", "s67/A", "S67/A"))
                .containsExactly("s67/A");
    }
}
