// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.client.Mqtt5Peer.Options;
import io.holdfast.tools.blackbox.client.Mqtt5Peer.Told;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Features of MQTT 5 with real clients, each as publisher and as subscriber of each other. */
final class Mqtt5MatrixIT {
    private static final long HOUR = 3_600;
    private static final Options PLAIN = new Options(2, false, false, 0);

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    /** Who takes part. */
    enum Client {
        PAHO,
        HIVEMQ;

        Mqtt5Peer named(String id) throws Exception {
            return this == PAHO ? new PahoPeer(BROKER.port(), id) : new HiveMqPeer(BROKER.port(), id);
        }

        /** A connected client with a name of its own, whose session ends with it. */
        Mqtt5Peer any() throws Exception {
            Mqtt5Peer peer = named(BROKER.uniqueName("any"));
            peer.connect(true, 0);
            return peer;
        }
    }

    private static Told message(String topic, String text, int qos, boolean retain) {
        return new Told(
                topic, text, qos, retain, "text/plain", "answers/1", "c-7", List.of("b=2", "a=1", "b=1", "="), HOUR);
    }

    private static void assertSame(Told received, Told sent, boolean retain) {
        assertThat(received.expirySeconds()).isBetween(HOUR - 60, HOUR);
        assertThat(received)
                .isEqualTo(new Told(
                        sent.topic(),
                        sent.text(),
                        sent.qos(),
                        retain,
                        sent.contentType(),
                        sent.responseTopic(),
                        sent.correlation(),
                        sent.userProperties(),
                        received.expirySeconds()));
    }

    @ParameterizedTest(name = "{0} to {1}")
    @CsvSource({"PAHO, PAHO", "PAHO, HIVEMQ", "HIVEMQ, PAHO", "HIVEMQ, HIVEMQ"})
    @DisplayName(
            "[MQTT5-3.3.2-15] [MQTT5-3.3.2-16] [MQTT5-3.3.2-17] [MQTT5-3.3.2-18] [MQTT5-3.3.2-20] each QoS carries "
                    + "content type, response topic, correlation data, user properties in order, and its expiry")
    void publish_allProperties_unchanged(Client from, Client to) throws Exception {
        String topic = BROKER.uniqueName("all/");
        try (Mqtt5Peer subscriber = to.any();
                Mqtt5Peer publisher = from.any()) {
            subscriber.subscribe(topic, PLAIN);
            for (int qos = 0; qos <= 2; qos++) {
                Told sent = message(topic, "QoS " + qos, qos, false);
                publisher.publish(sent);
                assertSame(subscriber.next(), sent, false);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "[MQTT5-3.1.2-5] [MQTT5-3.1.2-23] a session with an expiry is resumed across SIGKILL with its messages")
    void session_resumedAcrossKill_messagesWait(Client client) throws Exception {
        String id = BROKER.uniqueName("resumed");
        String topic = BROKER.uniqueName("resumed/");
        try (Mqtt5Peer first = client.named(id)) {
            assertThat(first.connect(false, HOUR)).isFalse();
            first.subscribe(topic, PLAIN);
        }
        Told sent = message(topic, "waits", 2, false);
        try (Mqtt5Peer publisher = client.any()) {
            publisher.publish(sent);
        }
        BROKER.killAndRestart();
        try (Mqtt5Peer again = client.named(id)) {
            assertThat(again.connect(false, HOUR)).isTrue();
            assertSame(again.next(), sent, false);
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("[MQTT5-3.8.3-3] No Local: a client does not hear itself")
    void subscribe_noLocal_othersOnly(Client client) throws Exception {
        String topic = BROKER.uniqueName("local/");
        try (Mqtt5Peer self = client.any();
                Mqtt5Peer other = client.any()) {
            self.subscribe(topic, new Options(1, true, false, 0));
            self.publish(message(topic, "own", 1, false));
            other.publish(message(topic, "other's", 1, false));
            assertThat(self.next().text()).isEqualTo("other's");
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("[MQTT5-3.3.1-12] [MQTT5-3.3.1-13] Retain As Published decides about RETAIN of what is forwarded")
    void subscribe_retainAsPublished_retainKept(Client client) throws Exception {
        String topic = BROKER.uniqueName("rap/");
        try (Mqtt5Peer keeps = client.any();
                Mqtt5Peer clears = client.any();
                Mqtt5Peer publisher = client.any()) {
            keeps.subscribe(topic, new Options(2, false, true, 0));
            clears.subscribe(topic, PLAIN);
            Told sent = message(topic, "kept", 1, true);
            publisher.publish(sent);
            assertSame(keeps.next(), sent, true);
            assertSame(clears.next(), sent, false);
        }
    }

    @ParameterizedTest(name = "{0}, handling {1}: {2} retained messages for two subscribes")
    @CsvSource({"PAHO, 0, 2", "PAHO, 1, 1", "PAHO, 2, 0", "HIVEMQ, 0, 2", "HIVEMQ, 1, 1", "HIVEMQ, 2, 0"})
    @DisplayName("[MQTT5-3.3.1-9] [MQTT5-3.3.1-10] [MQTT5-3.3.1-11] Retain Handling 0, 1 and 2")
    void subscribe_retainHandling_obeyed(Client client, int handling, int expected) throws Exception {
        String topic = BROKER.uniqueName("handling/");
        try (Mqtt5Peer publisher = client.any();
                Mqtt5Peer subscriber = client.any()) {
            Told retained = message(topic, "retained", 1, true);
            publisher.publish(retained);
            subscriber.subscribe(topic, new Options(2, false, false, handling));
            subscriber.subscribe(topic, new Options(2, false, false, handling));
            publisher.publish(message(topic, "live", 1, false));
            // a live message may overtake the retained ones
            List<String> texts = new ArrayList<>();
            for (int i = 0; i <= expected; i++) {
                texts.add(subscriber.next().text());
            }
            assertThat(texts).containsOnlyOnce("live").hasSize(expected + 1);
            assertThat(texts).filteredOn("retained"::equals).hasSize(expected);
            publisher.publish(message(topic, "fence", 1, false));
            assertThat(subscriber.next().text()).isEqualTo("fence");
        }
    }
}
