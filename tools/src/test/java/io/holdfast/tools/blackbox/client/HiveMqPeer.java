// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.client;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The HiveMQ client with its MQTT 5 interface. */
final class HiveMqPeer implements Mqtt5Peer {
    private static final int PATIENCE_SECONDS = 20;

    private final Mqtt5BlockingClient client;
    private final Mqtt5BlockingClient.Mqtt5Publishes publishes;

    HiveMqPeer(int port, String id) {
        client = Mqtt5Client.builder()
                .identifier(id)
                .serverHost("127.0.0.1")
                .serverPort(port)
                .buildBlocking();
        publishes = client.publishes(MqttGlobalPublishFilter.ALL);
    }

    @Override
    public boolean connect(boolean cleanStart, long sessionExpirySeconds) {
        return client.connectWith()
                .cleanStart(cleanStart)
                .sessionExpiryInterval(sessionExpirySeconds)
                .send()
                .isSessionPresent();
    }

    @Override
    public void subscribe(String filter, Options options) {
        client.subscribeWith()
                .topicFilter(filter)
                .qos(MqttQos.fromCode(options.qos()))
                .noLocal(options.noLocal())
                .retainAsPublished(options.retainAsPublished())
                .retainHandling(Mqtt5RetainHandling.fromCode(options.retainHandling()))
                .send();
    }

    @Override
    public void publish(Told message) {
        List<Mqtt5UserProperty> properties = message.userProperties().stream()
                .map(pair -> pair.split("=", 2))
                .map(pair -> Mqtt5UserProperty.of(pair[0], pair[1]))
                .toList();
        client.publishWith()
                .topic(message.topic())
                .qos(MqttQos.fromCode(message.qos()))
                .retain(message.retain())
                .payload(message.text().getBytes(StandardCharsets.UTF_8))
                .contentType(message.contentType())
                .responseTopic(message.responseTopic())
                .correlationData(message.correlation().getBytes(StandardCharsets.UTF_8))
                .userProperties(Mqtt5UserProperties.of(properties))
                .messageExpiryInterval(message.expirySeconds())
                .send();
    }

    @Override
    public Told next() throws InterruptedException {
        Mqtt5Publish publish = publishes
                .receive(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .orElseThrow(() -> new AssertionError("no message came"));
        return new Told(
                publish.getTopic().toString(),
                new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8),
                publish.getQos().getCode(),
                publish.isRetain(),
                publish.getContentType().map(Object::toString).orElse(""),
                publish.getResponseTopic().map(Object::toString).orElse(""),
                publish.getCorrelationData()
                        .map(bytes -> StandardCharsets.UTF_8.decode(bytes).toString())
                        .orElse(""),
                publish.getUserProperties().asList().stream()
                        .map(pair -> pair.getName() + "=" + pair.getValue())
                        .toList(),
                publish.getMessageExpiryInterval().orElse(0));
    }

    @Override
    public void close() {
        publishes.close();
        client.disconnect();
    }
}
