// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** MQTT.js, the client that most programs in JavaScript use, in a Node process, over TCP unless told. */
final class MqttJsPeer implements Mqtt5Peer {
    private final NodeProcess node;
    private final int number;
    private final String url;
    private final String id;
    private final long reconnectMillis;
    private final BlockingQueue<Map<String, Object>> said = new LinkedBlockingQueue<>();
    /** What was said while something else was waited for. */
    private final ArrayDeque<Map<String, Object>> kept = new ArrayDeque<>();

    private final List<Answer> granted = new ArrayList<>();

    MqttJsPeer(int port, String id) throws IOException, InterruptedException {
        this("mqtt://127.0.0.1:" + port, id, 0);
    }

    /**
     * A client of a broker at any address that the library takes.
     *
     * @param reconnectMillis pause before it connects again by itself; 0 if it is not to do so
     */
    MqttJsPeer(String url, String id, long reconnectMillis) throws IOException, InterruptedException {
        this.url = url;
        this.id = id;
        this.reconnectMillis = reconnectMillis;
        node = NodeProcess.shared();
        number = node.newPeer(said);
    }

    @Override
    public Welcome connect(Wishes wishes, Subscription... subscriptions) throws Exception {
        Map<String, Object> order = new HashMap<>();
        order.put("url", url);
        order.put("reconnect", reconnectMillis);
        order.put("id", id);
        order.put("clean", wishes.cleanStart);
        order.put("expirySeconds", wishes.expirySeconds);
        order.put("keepAlive", wishes.keepAliveSeconds);
        order.put("receiveMaximum", wishes.receiveMaximum);
        order.put("packetBytesMax", wishes.packetBytesMax);
        order.put("topicAliasMaximum", wishes.topicAliasMaximum);
        order.put("responseInformation", wishes.responseInformation);
        if (wishes.authenticationMethod != null) {
            order.put("authenticationMethod", wishes.authenticationMethod);
        }
        if (wishes.will != null) {
            order.put("will", message(wishes.will));
            order.put("willDelay", wishes.willDelaySeconds);
        }
        Map<String, Object> answer = answer(node.order(number, "connect", order));
        if (Json.number(answer, "code") != 0) {
            return Welcome.refused(Json.number(answer, "code"), Json.text(answer, "text"));
        }
        for (Subscription subscription : subscriptions) {
            granted.add(subscribe(subscription));
        }
        Map<?, ?> properties = Json.inner(answer, "properties");
        return new Welcome(
                0,
                Json.truth(answer, "present"),
                Json.text(properties, "assignedClientIdentifier"),
                Json.number(properties, "serverKeepAlive"),
                Json.number(properties, "receiveMaximum"),
                Json.number(properties, "maximumPacketSize"),
                Json.number(properties, "topicAliasMaximum"),
                Json.text(properties, "responseInformation"),
                Json.text(properties, "reasonString"));
    }

    private Answer subscribe(Subscription wanted) throws Exception {
        return told(answer(node.order(
                number,
                "subscribe",
                Map.of(
                        "filter",
                        wanted.filter(),
                        "qos",
                        wanted.qos(),
                        "noLocal",
                        wanted.noLocal(),
                        "retainAsPublished",
                        wanted.retainAsPublished(),
                        "retainHandling",
                        wanted.retainHandling(),
                        "identifier",
                        wanted.identifier()))));
    }

    @Override
    public List<Answer> granted() {
        return granted;
    }

    @Override
    public Answer publish(Told message) throws Exception {
        return told(answer(node.order(number, "publish", message(message))));
    }

    @Override
    public void publishAll(List<Told> messages) throws Exception {
        List<Integer> orders = new ArrayList<>();
        for (Told message : messages) {
            orders.add(node.order(number, "publish", message(message)));
        }
        for (int order : orders) {
            Answer answer = told(answer(order));
            if (answer.reasonCode() >= 0x80) {
                throw new AssertionError("refused: " + answer);
            }
        }
    }

    @Override
    public @Nullable Told poll(long millis) throws InterruptedException {
        Map<String, Object> message = poll(line -> "message".equals(line.get("event")), millis);
        if (message == null) {
            return null;
        }
        return new Told(
                Json.text(message, "topic"),
                Json.text(message, "text"),
                Json.number(message, "qos"),
                Json.truth(message, "retain"),
                Json.text(message, "contentType"),
                Json.text(message, "responseTopic"),
                Json.text(message, "correlation"),
                Json.list(message, "userProperties").stream()
                        .map(Object::toString)
                        .toList(),
                Json.number(message, "expirySeconds"),
                Json.list(message, "identifiers").stream()
                        .map(identifier -> Math.toIntExact((Long) identifier))
                        .toList());
    }

    @Override
    public Answer ended() throws Exception {
        return told(await(line -> "ended".equals(line.get("event"))));
    }

    @Override
    public void close() throws IOException {
        try {
            answer(node.order(number, "end", Map.of()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while MQTT.js said goodbye", e);
        }
    }

    private static Map<String, Object> message(Told told) {
        Map<String, Object> message = new HashMap<>();
        message.put("topic", told.topic());
        message.put("text", told.text());
        message.put("qos", told.qos());
        message.put("retain", told.retain());
        message.put("contentType", told.contentType());
        message.put("responseTopic", told.responseTopic());
        message.put("correlation", told.correlation());
        message.put("userProperties", told.userProperties());
        message.put("expirySeconds", told.expirySeconds());
        return message;
    }

    private static Answer told(Map<String, Object> answer) {
        return new Answer(Json.number(answer, "code"), Json.text(answer, "text"));
    }

    private Map<String, Object> answer(int order) throws InterruptedException {
        return await(line -> Long.valueOf(order).equals(line.get("answers")));
    }

    private Map<String, Object> await(Predicate<Map<String, Object>> wanted) throws InterruptedException {
        Map<String, Object> line = poll(wanted, TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        if (line == null) {
            throw new AssertionError("MQTT.js did not answer; it said " + kept);
        }
        return line;
    }

    private @Nullable Map<String, Object> poll(Predicate<Map<String, Object>> wanted, long millis)
            throws InterruptedException {
        for (Map<String, Object> line : kept) {
            if (wanted.test(line)) {
                kept.remove(line);
                return line;
            }
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (true) {
            Map<String, Object> line = said.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null || wanted.test(line)) {
                return line;
            }
            kept.add(line);
        }
    }
}
