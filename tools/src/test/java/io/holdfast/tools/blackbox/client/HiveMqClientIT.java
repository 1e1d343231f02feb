// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient.Mqtt3Publishes;
import com.hivemq.client.mqtt.mqtt3.Mqtt3Client;
import com.hivemq.client.mqtt.mqtt3.message.connect.connack.Mqtt3ConnAck;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The HiveMQ client with its MQTT 3 interface: the other widespread client for Java, built on Netty. */
final class HiveMqClientIT {
    private static final int PATIENCE_SECONDS = 60;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    private static Mqtt3BlockingClient client(String id) {
        return Mqtt3Client.builder()
                .identifier(id)
                .serverHost("127.0.0.1")
                .serverPort(BROKER.port())
                .buildBlocking();
    }

    private static Mqtt3ConnAck connect(Mqtt3BlockingClient client, boolean clean) {
        return client.connectWith().cleanSession(clean).send();
    }

    private static void subscribe(Mqtt3BlockingClient client, String filter, int qos) {
        client.subscribeWith().topicFilter(filter).qos(MqttQos.fromCode(qos)).send();
    }

    private static void publish(Mqtt3BlockingClient client, String topic, String text, int qos, boolean retain) {
        client.publishWith()
                .topic(topic)
                .qos(MqttQos.fromCode(qos))
                .retain(retain)
                .payload(text.getBytes(StandardCharsets.UTF_8))
                .send();
    }

    private static Mqtt3Publish next(Mqtt3Publishes publishes) throws InterruptedException {
        Optional<Mqtt3Publish> publish = publishes.receive(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(publish).isPresent();
        return publish.get();
    }

    private static String text(Mqtt3Publish publish) {
        return new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8);
    }

    private static List<String> texts(Mqtt3Publishes publishes, int count) throws InterruptedException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(text(next(publishes)));
        }
        return texts;
    }

    @ParameterizedTest(name = "QoS {0}")
    @ValueSource(ints = {0, 1, 2})
    @DisplayName("HiveMQ client: each QoS is delivered once, in order")
    void publish_eachQos_delivered(int qos) throws Exception {
        Mqtt3BlockingClient both = client("hmq" + qos);
        connect(both, true);
        try (Mqtt3Publishes publishes = both.publishes(MqttGlobalPublishFilter.ALL)) {
            subscribe(both, "hmq/" + qos, qos);
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                sent.add("m" + i);
                publish(both, "hmq/" + qos, "m" + i, qos, false);
            }
            assertThat(texts(publishes, 20)).containsExactlyElementsOf(sent);
            assertThat(publishes.receive(50, TimeUnit.MILLISECONDS)).isEmpty();
        } finally {
            both.disconnect();
        }
    }

    @Test
    @DisplayName("HiveMQ client: the will is published at a takeover, which closes the first connection")
    void takeover_withWill_published() throws Exception {
        Mqtt3BlockingClient watcher = client("hmq-watch");
        connect(watcher, true);
        Mqtt3BlockingClient first = client("hmq-twin");
        try (Mqtt3Publishes publishes = watcher.publishes(MqttGlobalPublishFilter.ALL)) {
            subscribe(watcher, "hmq/will", 2);
            first.connectWith()
                    .cleanSession(false)
                    .willPublish()
                    .topic("hmq/will")
                    .qos(MqttQos.EXACTLY_ONCE)
                    .payload("gone".getBytes(StandardCharsets.UTF_8))
                    .applyWillPublish()
                    .send();
            try (WireClient second = BROKER.open()) {
                assertThat(second.connect(WireConnect.durable("hmq-twin")).sessionPresent())
                        .isTrue();
                assertThat(text(next(publishes))).isEqualTo("gone");
                Awaitility.await().until(() -> !first.getState().isConnected());
            }
        } finally {
            watcher.disconnect();
        }
    }

    @Test
    @DisplayName("HiveMQ client: a retained message comes to a new subscriber with its flag, until it is cleared")
    void retained_newSubscriber_received() throws Exception {
        Mqtt3BlockingClient both = client("hmq-r");
        connect(both, true);
        try (Mqtt3Publishes publishes = both.publishes(MqttGlobalPublishFilter.ALL)) {
            publish(both, "hmq/r", "kept", 1, true);
            subscribe(both, "hmq/r", 1);
            Mqtt3Publish kept = next(publishes);
            assertThat(text(kept)).isEqualTo("kept");
            assertThat(kept.isRetain()).isTrue();
            publish(both, "hmq/r", "", 1, true);
            assertThat(next(publishes).getPayloadAsBytes()).isEmpty();
            subscribe(both, "hmq/r", 1);
            publish(both, "hmq/r", "live", 1, false);
            assertThat(text(next(publishes))).isEqualTo("live");
        } finally {
            both.disconnect();
        }
    }

    @ParameterizedTest(name = "QoS {0}")
    @ValueSource(ints = {1, 2})
    @DisplayName("HiveMQ client: the offline queue survives a kill, once and in order")
    void offlineQueue_killed_allOnceInOrder(int qos) throws Exception {
        String id = "hmq-offline" + qos;
        Mqtt3BlockingClient subscriber = client(id);
        connect(subscriber, false);
        subscribe(subscriber, "hmq/offline" + qos, qos);
        subscriber.disconnect();
        Mqtt3BlockingClient publisher = client("hmq-pub");
        connect(publisher, true);
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            sent.add("m" + i);
            publish(publisher, "hmq/offline" + qos, "m" + i, qos, false);
        }
        publisher.disconnect();
        BROKER.killAndRestart();
        Mqtt3BlockingClient again = client(id);
        try (Mqtt3Publishes publishes = again.publishes(MqttGlobalPublishFilter.ALL)) {
            assertThat(connect(again, false).isSessionPresent()).isTrue();
            assertThat(texts(publishes, 30)).containsExactlyElementsOf(sent);
            publish(again, "hmq/offline" + qos, "last", qos, false);
            assertThat(text(next(publishes))).isEqualTo("last");
        } finally {
            again.disconnect();
        }
    }
}
