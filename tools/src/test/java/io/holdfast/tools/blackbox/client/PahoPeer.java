// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.client;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;

/** Eclipse Paho's client for MQTT 5. */
final class PahoPeer implements Mqtt5Peer {
    private static final int PATIENCE_SECONDS = 20;

    private final MqttClient client;
    private final BlockingQueue<Told> arrived = new LinkedBlockingQueue<>();

    PahoPeer(int port, String id) throws MqttException {
        client = new MqttClient("tcp://127.0.0.1:" + port, id, new MemoryPersistence());
        client.setCallback(new Arrivals());
    }

    @Override
    public boolean connect(boolean cleanStart, long sessionExpirySeconds) throws MqttException {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setCleanStart(cleanStart);
        options.setSessionExpiryInterval(sessionExpirySeconds);
        return client.connectWithResult(options).getSessionPresent();
    }

    @Override
    public void subscribe(String filter, Options options) throws MqttException {
        MqttSubscription subscription = new MqttSubscription(filter, options.qos());
        subscription.setNoLocal(options.noLocal());
        subscription.setRetainAsPublished(options.retainAsPublished());
        subscription.setRetainHandling(options.retainHandling());
        client.subscribe(new MqttSubscription[] {subscription});
    }

    @Override
    public void publish(Told told) throws MqttException {
        MqttProperties properties = new MqttProperties();
        properties.setContentType(told.contentType());
        properties.setResponseTopic(told.responseTopic());
        properties.setCorrelationData(told.correlation().getBytes(StandardCharsets.UTF_8));
        properties.setMessageExpiryInterval(told.expirySeconds());
        properties.setUserProperties(told.userProperties().stream()
                .map(pair -> pair.split("=", 2))
                .map(pair -> new UserProperty(pair[0], pair[1]))
                .toList());
        MqttMessage message = new MqttMessage(told.text().getBytes(StandardCharsets.UTF_8));
        message.setQos(told.qos());
        message.setRetained(told.retain());
        message.setProperties(properties);
        client.publish(told.topic(), message);
    }

    @Override
    public Told next() throws InterruptedException {
        Told told = arrived.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (told == null) {
            throw new AssertionError("no message came");
        }
        return told;
    }

    @Override
    public void close() throws MqttException {
        client.disconnect();
        client.close();
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }

    /** Called by the client's own thread. */
    private final class Arrivals implements MqttCallback {
        @Override
        public void messageArrived(String topic, MqttMessage message) {
            MqttProperties properties = message.getProperties();
            byte[] correlation = properties.getCorrelationData();
            Long expiry = properties.getMessageExpiryInterval();
            List<String> userProperties = properties.getUserProperties().stream()
                    .map(pair -> pair.getKey() + "=" + pair.getValue())
                    .toList();
            arrived.add(new Told(
                    topic,
                    new String(message.getPayload(), StandardCharsets.UTF_8),
                    message.getQos(),
                    message.isRetained(),
                    orEmpty(properties.getContentType()),
                    orEmpty(properties.getResponseTopic()),
                    correlation == null ? "" : new String(correlation, StandardCharsets.UTF_8),
                    userProperties,
                    expiry == null ? 0 : expiry));
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            // what is missing then shows in the test
        }

        @Override
        public void mqttErrorOccurred(MqttException exception) {
            arrived.add(new Told("error", exception.toString(), 0, false, "", "", "", List.of(), 0));
        }

        @Override
        public void deliveryComplete(IMqttToken token) {
            // publish() has waited for it
        }

        @Override
        public void connectComplete(boolean reconnect, String uri) {
            // connect() has waited for it
        }

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {
            arrived.add(new Told("AUTH", "", 0, false, "", "", "", List.of(), 0));
        }
    }
}
