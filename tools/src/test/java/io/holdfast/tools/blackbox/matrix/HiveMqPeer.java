// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubRecException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.Mqtt5ReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectRestrictions;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectRestrictionsBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5Disconnect;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5WillPublish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5WillPublishBuilder;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAck;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The HiveMQ client with its MQTT 5 interface. */
final class HiveMqPeer implements Mqtt5Peer {
    private final Mqtt5BlockingClient client;
    private final Mqtt5BlockingClient.Mqtt5Publishes publishes;
    private final BlockingQueue<Answer> farewells = new LinkedBlockingQueue<>();
    private final List<Answer> granted = new ArrayList<>();

    HiveMqPeer(int port, String id) {
        this(Mqtt5Client.builder().serverPort(port), id);
    }

    /** A client over WebSocket. */
    static HiveMqPeer overWebSocket(int port, String id) {
        return new HiveMqPeer(
                Mqtt5Client.builder()
                        .serverPort(port)
                        .webSocketConfig()
                        .serverPath("/mqtt")
                        .applyWebSocketConfig(),
                id);
    }

    private HiveMqPeer(Mqtt5ClientBuilder way, String id) {
        Mqtt5ClientBuilder builder = way.serverHost("127.0.0.1").addDisconnectedListener(this::disconnected);
        client = (id.isEmpty() ? builder : builder.identifier(id)).buildBlocking();
        publishes = client.publishes(MqttGlobalPublishFilter.ALL);
    }

    private void disconnected(MqttClientDisconnectedContext context) {
        if (context.getCause() instanceof Mqtt5DisconnectException told) {
            Mqtt5Disconnect disconnect = told.getMqttMessage();
            farewells.add(answer(disconnect.getReasonCode(), disconnect.getReasonString()));
        }
    }

    @Override
    public Welcome connect(Wishes wishes, Subscription... subscriptions) {
        Mqtt5ConnAck connack;
        try {
            connack = client.connect(connectPacket(wishes));
        } catch (Mqtt5ConnAckException refused) {
            Answer why = answer(
                    refused.getMqttMessage().getReasonCode(),
                    refused.getMqttMessage().getReasonString());
            return Welcome.refused(why.reasonCode(), why.reasonString());
        }
        for (Subscription subscription : subscriptions) {
            granted.add(subscribe(subscription));
        }
        return new Welcome(
                0,
                connack.isSessionPresent(),
                connack.getAssignedClientIdentifier().map(Object::toString).orElse(""),
                connack.getServerKeepAlive().orElse(0),
                connack.getRestrictions().getReceiveMaximum(),
                connack.getRestrictions().getMaximumPacketSize(),
                connack.getRestrictions().getTopicAliasMaximum(),
                connack.getResponseInformation().map(Object::toString).orElse(""),
                connack.getReasonString().map(Object::toString).orElse(""));
    }

    private static Mqtt5Connect connectPacket(Wishes wishes) {
        Mqtt5ConnectRestrictionsBuilder restrictions =
                Mqtt5ConnectRestrictions.builder().requestResponseInformation(wishes.responseInformation);
        if (wishes.receiveMaximum > 0) {
            restrictions = restrictions.receiveMaximum(wishes.receiveMaximum);
        }
        if (wishes.packetBytesMax > 0) {
            restrictions = restrictions.maximumPacketSize(wishes.packetBytesMax);
        }
        Mqtt5ConnectBuilder connect = Mqtt5Connect.builder()
                .cleanStart(wishes.cleanStart)
                .sessionExpiryInterval(wishes.expirySeconds)
                .keepAlive(wishes.keepAliveSeconds)
                .restrictions(
                        restrictions.topicAliasMaximum(wishes.topicAliasMaximum).build());
        if (wishes.authenticationMethod != null) {
            connect = connect.enhancedAuth(new NamedMechanism(wishes.authenticationMethod));
        }
        if (wishes.will != null) {
            Told will = wishes.will;
            Mqtt5WillPublishBuilder.Complete builder = Mqtt5WillPublish.builder()
                    .topic(will.topic())
                    .qos(MqttQos.fromCode(will.qos()))
                    .retain(will.retain())
                    .payload(will.text().getBytes(StandardCharsets.UTF_8))
                    .userProperties(userProperties(will))
                    .delayInterval(wishes.willDelaySeconds);
            if (!will.contentType().isEmpty()) {
                builder = builder.contentType(will.contentType());
            }
            connect = connect.willPublish(builder.build());
        }
        return connect.build();
    }

    private Answer subscribe(Subscription wanted) {
        try {
            Mqtt5SubAck suback = client.subscribeWith()
                    .topicFilter(wanted.filter())
                    .qos(MqttQos.fromCode(wanted.qos()))
                    .noLocal(wanted.noLocal())
                    .retainAsPublished(wanted.retainAsPublished())
                    .retainHandling(Mqtt5RetainHandling.fromCode(wanted.retainHandling()))
                    .send();
            return answer(suback.getReasonCodes().get(0), suback.getReasonString());
        } catch (Mqtt5SubAckException refused) {
            Mqtt5SubAck suback = refused.getMqttMessage();
            return answer(suback.getReasonCodes().get(0), suback.getReasonString());
        }
    }

    @Override
    public List<Answer> granted() {
        return granted;
    }

    @Override
    public Answer publish(Told message) {
        try {
            Mqtt5PublishResult result = client.publish(packet(message));
            if (result instanceof Mqtt5PublishResult.Mqtt5Qos1Result first) {
                return answer(
                        first.getPubAck().getReasonCode(), first.getPubAck().getReasonString());
            } else if (result instanceof Mqtt5PublishResult.Mqtt5Qos2Result second) {
                return answer(
                        second.getPubRec().getReasonCode(), second.getPubRec().getReasonString());
            }
            return Answer.SUCCESS;
        } catch (Mqtt5PubAckException refused) {
            return answer(
                    refused.getMqttMessage().getReasonCode(),
                    refused.getMqttMessage().getReasonString());
        } catch (Mqtt5PubRecException refused) {
            return answer(
                    refused.getMqttMessage().getReasonCode(),
                    refused.getMqttMessage().getReasonString());
        }
    }

    @Override
    public void publishAll(List<Told> messages) throws Exception {
        List<CompletableFuture<Mqtt5PublishResult>> results = messages.stream()
                .map(message -> client.toAsync().publish(packet(message)))
                .toList();
        for (CompletableFuture<Mqtt5PublishResult> result : results) {
            result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static Mqtt5Publish packet(Told told) {
        Mqtt5PublishBuilder.Complete builder = Mqtt5Publish.builder()
                .topic(told.topic())
                .qos(MqttQos.fromCode(told.qos()))
                .retain(told.retain())
                .payload(told.text().getBytes(StandardCharsets.UTF_8))
                .userProperties(userProperties(told));
        if (!told.contentType().isEmpty()) {
            builder = builder.contentType(told.contentType());
        }
        if (!told.responseTopic().isEmpty()) {
            builder = builder.responseTopic(told.responseTopic());
        }
        if (!told.correlation().isEmpty()) {
            builder = builder.correlationData(told.correlation().getBytes(StandardCharsets.UTF_8));
        }
        if (told.expirySeconds() > 0) {
            builder = builder.messageExpiryInterval(told.expirySeconds());
        }
        return builder.build();
    }

    private static Mqtt5UserProperties userProperties(Told told) {
        return Mqtt5UserProperties.of(told.userProperties().stream()
                .map(pair -> pair.split("=", 2))
                .map(pair -> Mqtt5UserProperty.of(pair[0], pair[1]))
                .toList());
    }

    @Override
    public @Nullable Told poll(long millis) throws InterruptedException {
        return publishes
                .receive(millis, TimeUnit.MILLISECONDS)
                .map(HiveMqPeer::told)
                .orElse(null);
    }

    private static Told told(Mqtt5Publish publish) {
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
                publish.getMessageExpiryInterval().orElse(0),
                List.of());
    }

    @Override
    public Answer ended() throws InterruptedException {
        Answer farewell = farewells.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (farewell == null) {
            throw new AssertionError("no DISCONNECT came");
        }
        return farewell;
    }

    @Override
    public void close() {
        publishes.close();
        if (client.getState().isConnected()) {
            client.disconnect();
        }
    }

    private static Answer answer(Mqtt5ReasonCode code, Optional<MqttUtf8String> reason) {
        return new Answer(code.getCode(), reason.map(Object::toString).orElse(""));
    }
}
