// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.jspecify.annotations.Nullable;

/** Eclipse Paho's client for MQTT 5. */
final class PahoPeer implements Mqtt5Peer {
    private static final long PATIENCE_MILLIS = TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS);

    private final MqttAsyncClient client;
    private final BlockingQueue<Told> arrived = new LinkedBlockingQueue<>();
    private final BlockingQueue<Answer> farewells = new LinkedBlockingQueue<>();
    private final List<Answer> granted = new ArrayList<>();

    PahoPeer(int port, String id) throws MqttException {
        client = new MqttAsyncClient("tcp://127.0.0.1:" + port, id, new MemoryPersistence());
        client.setCallback(new Arrivals());
    }

    @Override
    public Welcome connect(Wishes wishes, Subscription... subscriptions) throws MqttException {
        IMqttToken token;
        try {
            token = completed(client.connect(options(wishes)));
        } catch (MqttException refused) {
            return Welcome.refused(refused.getReasonCode(), "");
        }
        for (Subscription subscription : subscriptions) {
            granted.add(subscribe(subscription));
        }
        MqttProperties told = token.getResponseProperties();
        return new Welcome(
                0,
                token.getSessionPresent(),
                orEmpty(told.getAssignedClientIdentifier()),
                orZero(told.getServerKeepAlive()),
                orZero(told.getReceiveMaximum()),
                told.getMaximumPacketSize() == null ? 0 : told.getMaximumPacketSize(),
                orZero(told.getTopicAliasMaximum()),
                orEmpty(told.getResponseInfo()),
                orEmpty(told.getReasonString()));
    }

    private static MqttConnectionOptions options(Wishes wishes) {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setAutomaticReconnect(false);
        options.setExecutorServiceTimeout(0); // else each close waits a second for threads that have ended
        options.setCleanStart(wishes.cleanStart);
        options.setSessionExpiryInterval(wishes.expirySeconds);
        options.setKeepAliveInterval(wishes.keepAliveSeconds);
        options.setReceiveMaximum(wishes.receiveMaximum == 0 ? null : Integer.valueOf(wishes.receiveMaximum));
        options.setMaximumPacketSize(wishes.packetBytesMax == 0 ? null : Long.valueOf(wishes.packetBytesMax));
        options.setTopicAliasMaximum(wishes.topicAliasMaximum == 0 ? null : Integer.valueOf(wishes.topicAliasMaximum));
        options.setRequestResponseInfo(wishes.responseInformation);
        if (wishes.authenticationMethod != null) {
            options.setAuthMethod(wishes.authenticationMethod);
        }
        if (wishes.will != null) {
            MqttMessage will = message(wishes.will);
            MqttProperties properties = will.getProperties();
            properties.setWillDelayInterval((long) wishes.willDelaySeconds);
            options.setWill(wishes.will.topic(), will);
            options.setWillMessageProperties(properties);
        }
        return options;
    }

    private Answer subscribe(Subscription wanted) throws MqttException {
        MqttSubscription subscription = new MqttSubscription(wanted.filter(), wanted.qos());
        subscription.setNoLocal(wanted.noLocal());
        subscription.setRetainAsPublished(wanted.retainAsPublished());
        subscription.setRetainHandling(wanted.retainHandling());
        MqttProperties properties = new MqttProperties();
        if (wanted.identifier() > 0) {
            properties.setSubscriptionIdentifier(wanted.identifier());
        }
        IMqttToken token = client.subscribe(new MqttSubscription[] {subscription}, null, null, properties);
        return answer(token, true);
    }

    @Override
    public List<Answer> granted() {
        return granted;
    }

    @Override
    public Answer publish(Told told) throws MqttException {
        return answer(client.publish(told.topic(), message(told)), told.qos() > 0);
    }

    @Override
    public void publishAll(List<Told> messages) throws MqttException {
        ArrayDeque<IMqttToken> underWay = new ArrayDeque<>();
        for (Told told : messages) {
            underWay.add(published(told, underWay));
        }
        while (!underWay.isEmpty()) {
            completed(underWay.remove());
        }
    }

    /** Where the broker's Receive Maximum lets other clients wait, this one throws. */
    private IMqttToken published(Told told, ArrayDeque<IMqttToken> underWay) throws MqttException {
        while (true) {
            try {
                return client.publish(told.topic(), message(told));
            } catch (MqttException full) {
                if (full.getReasonCode() != MqttClientException.REASON_CODE_MAX_INFLIGHT || underWay.isEmpty()) {
                    throw full;
                }
                completed(underWay.remove());
            }
        }
    }

    private static IMqttToken completed(IMqttToken token) throws MqttException {
        token.waitForCompletion(PATIENCE_MILLIS);
        return token;
    }

    private static Answer answer(IMqttToken token, boolean answered) throws MqttException {
        try {
            completed(token);
        } catch (MqttException failure) {
            if (token.getReasonCodes() == null) {
                throw failure;
            }
        }
        int[] codes = token.getReasonCodes();
        MqttProperties properties = token.getResponseProperties();
        String reason = properties == null ? "" : orEmpty(properties.getReasonString());
        return new Answer(answered && codes != null ? codes[0] : 0, reason);
    }

    private static MqttMessage message(Told told) {
        MqttProperties properties = new MqttProperties();
        properties.setContentType(told.contentType().isEmpty() ? null : told.contentType());
        properties.setResponseTopic(told.responseTopic().isEmpty() ? null : told.responseTopic());
        byte[] correlation = told.correlation().getBytes(StandardCharsets.UTF_8);
        properties.setCorrelationData(correlation.length == 0 ? null : correlation);
        properties.setMessageExpiryInterval(told.expirySeconds() == 0 ? null : Long.valueOf(told.expirySeconds()));
        properties.setUserProperties(told.userProperties().stream()
                .map(pair -> pair.split("=", 2))
                .map(pair -> new UserProperty(pair[0], pair[1]))
                .toList());
        MqttMessage message = new MqttMessage(told.text().getBytes(StandardCharsets.UTF_8));
        message.setQos(told.qos());
        message.setRetained(told.retain());
        message.setProperties(properties);
        return message;
    }

    @Override
    public @Nullable Told poll(long millis) throws InterruptedException {
        return arrived.poll(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public Answer ended() throws InterruptedException {
        Answer farewell = farewells.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (farewell == null) {
            throw new AssertionError("the connection did not end");
        }
        return farewell;
    }

    @Override
    public void close() throws IOException {
        try {
            if (client.isConnected()) {
                completed(client.disconnect());
            }
            client.close(true);
        } catch (MqttException e) {
            throw new IOException("Paho does not close", e);
        }
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }

    private static int orZero(Integer number) {
        return number == null ? 0 : number;
    }

    /** Called by the client's own thread. */
    private final class Arrivals implements MqttCallback {
        @Override
        public void messageArrived(String topic, MqttMessage message) {
            MqttProperties properties = message.getProperties();
            byte[] correlation = properties.getCorrelationData();
            Long expiry = properties.getMessageExpiryInterval();
            arrived.add(new Told(
                    topic,
                    new String(message.getPayload(), StandardCharsets.UTF_8),
                    message.getQos(),
                    message.isRetained(),
                    orEmpty(properties.getContentType()),
                    orEmpty(properties.getResponseTopic()),
                    correlation == null ? "" : new String(correlation, StandardCharsets.UTF_8),
                    properties.getUserProperties().stream()
                            .map(pair -> pair.getKey() + "=" + pair.getValue())
                            .toList(),
                    expiry == null ? 0 : expiry,
                    List.copyOf(properties.getSubscriptionIdentifiers())));
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            farewells.add(new Answer(response.getReturnCode(), orEmpty(response.getReasonString())));
        }

        @Override
        public void mqttErrorOccurred(MqttException exception) {
            arrived.add(Told.plain("error", exception.toString(), 0));
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
            arrived.add(Told.plain("AUTH", "", 0));
        }
    }
}
