// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Eclipse Paho for Java, MQTT 3.1.1. */
final class PahoClientIT {
    private static final int PATIENCE_SECONDS = 60;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    /** A client that collects what it receives. */
    private static final class Paho implements AutoCloseable, MqttCallback {
        final MqttClient client;
        final List<MqttMessage> received = new CopyOnWriteArrayList<>();
        volatile boolean lost;

        Paho(String id) throws MqttException {
            client = new MqttClient("tcp://127.0.0.1:" + BROKER.port(), id, new MemoryPersistence());
            client.setTimeToWait(PATIENCE_SECONDS * 1_000L);
            client.setCallback(this);
        }

        static Paho connected(String id, MqttConnectOptions options) throws MqttException {
            Paho paho = new Paho(id);
            paho.connect(options);
            return paho;
        }

        boolean connect(MqttConnectOptions options) throws MqttException {
            return client.connectWithResult(options).getSessionPresent();
        }

        void publish(String topic, String text, int qos, boolean retain) throws MqttException {
            client.publish(topic, text.getBytes(StandardCharsets.UTF_8), qos, retain);
        }

        List<String> texts() {
            return received.stream()
                    .map(message -> new String(message.getPayload(), StandardCharsets.UTF_8))
                    .toList();
        }

        void awaitTexts(String... expected) {
            Awaitility.await().untilAsserted(() -> assertThat(texts()).containsExactly(expected));
        }

        @Override
        public void connectionLost(Throwable cause) {
            lost = true;
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            received.add(message);
        }

        @Override
        public void deliveryComplete(IMqttDeliveryToken token) {
            // The blocking client waits for completion itself.
        }

        /** Drops the connection without DISCONNECT. */
        void drop() throws MqttException {
            client.disconnectForcibly(0, 1, false);
        }

        @Override
        public void close() throws MqttException {
            if (client.isConnected()) {
                client.disconnect(0);
            }
            client.close(true);
        }
    }

    private static MqttConnectOptions options(boolean clean) {
        MqttConnectOptions options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setCleanSession(clean);
        options.setConnectionTimeout(PATIENCE_SECONDS);
        // A blocking publish returns a little before its place in the window is free; the default window is 10.
        options.setMaxInflight(1_000);
        return options;
    }

    @ParameterizedTest(name = "QoS {0}")
    @ValueSource(ints = {0, 1, 2})
    @DisplayName("Paho: each QoS is delivered once, in order")
    void publish_eachQos_delivered(int qos) throws Exception {
        try (Paho subscriber = Paho.connected("paho-sub", options(true));
                Paho publisher = Paho.connected("paho-pub", options(true))) {
            subscriber.client.subscribe("paho/" + qos, qos);
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                sent.add("m" + i);
                publisher.publish("paho/" + qos, "m" + i, qos, false);
            }
            subscriber.awaitTexts(sent.toArray(String[]::new));
            assertThat(subscriber.received).extracting(MqttMessage::getQos).containsOnly(qos);
        }
    }

    @Test
    @DisplayName("Paho: the will is published when the connection breaks, not after disconnect")
    void will_brokenOrDisconnected_publishedOrNot() throws Exception {
        try (Paho watcher = Paho.connected("paho-watch", options(true))) {
            watcher.client.subscribe("paho/will/+", 2);
            MqttConnectOptions withWill = options(true);
            withWill.setWill("paho/will/a", "polite".getBytes(StandardCharsets.UTF_8), 2, false);
            try (Paho polite = Paho.connected("paho-polite", withWill)) {
                polite.client.disconnect();
            }
            withWill.setWill("paho/will/b", "broken".getBytes(StandardCharsets.UTF_8), 2, false);
            try (Paho broken = Paho.connected("paho-broken", withWill)) {
                broken.drop();
            }
            watcher.awaitTexts("broken");
        }
    }

    @Test
    @DisplayName("Paho: a retained message comes to a new subscriber with its flag, until it is cleared")
    void retained_newSubscriber_received() throws Exception {
        try (Paho publisher = Paho.connected("paho-r", options(true));
                Paho first = Paho.connected("paho-r1", options(true));
                Paho second = Paho.connected("paho-r2", options(true))) {
            publisher.publish("paho/r", "kept", 1, true);
            first.client.subscribe("paho/r", 1);
            first.awaitTexts("kept");
            assertThat(first.received.get(0).isRetained()).isTrue();
            publisher.publish("paho/r", "", 1, true);
            second.client.subscribe("paho/r", 1);
            publisher.publish("paho/r", "live", 1, false);
            second.awaitTexts("live");
        }
    }

    @Test
    @DisplayName("Paho: a second client of the same id takes over the session")
    void takeover_sameId_firstClosed() throws Exception {
        try (Paho first = Paho.connected("paho-twin", options(false));
                Paho second = new Paho("paho-twin");
                Paho publisher = Paho.connected("paho-pub", options(true))) {
            first.client.subscribe("paho/twin", 1);
            assertThat(second.connect(options(false))).isTrue();
            Awaitility.await().until(() -> first.lost);
            publisher.publish("paho/twin", "to the second", 1, false);
            second.awaitTexts("to the second");
            assertThat(first.texts()).isEmpty();
        }
    }

    @ParameterizedTest(name = "QoS {0}")
    @ValueSource(ints = {1, 2})
    @DisplayName("Paho: the offline queue survives a kill, once and in order")
    void offlineQueue_killed_allOnceInOrder(int qos) throws Exception {
        String id = "paho-offline" + qos;
        try (Paho subscriber = Paho.connected(id, options(false))) {
            subscriber.client.subscribe("paho/offline" + qos, qos);
            subscriber.client.disconnect();
        }
        List<String> sent = new ArrayList<>();
        try (Paho publisher = Paho.connected("paho-pub", options(true))) {
            for (int i = 0; i < 30; i++) {
                sent.add("m" + i);
                publisher.publish("paho/offline" + qos, "m" + i, qos, false);
            }
        }
        BROKER.killAndRestart();
        try (Paho subscriber = new Paho(id);
                Paho publisher = Paho.connected("paho-pub", options(true))) {
            assertThat(subscriber.connect(options(false))).isTrue();
            publisher.publish("paho/offline" + qos, "last", qos, false);
            sent.add("last");
            subscriber.awaitTexts(sent.toArray(String[]::new));
        }
    }
}
