// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.matrix.EachClient.Cannot;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What real clients can say with a message, and what arrives of it at others. */
final class MessageMatrixIT {
    private static final long HOUR = 3_600;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    private final Peers peers = new Peers(BROKER);

    private static Told full(String topic, String text, int qos) {
        // In an order that clients can express which keep the values of one name together.
        return Told.plain(topic, text, qos)
                .expiring(HOUR)
                .with("text/plain", "answers/1", "c-7", List.of("b=2", "b=1", "a=3"));
    }

    @EachClient("QoS 0, 1 and 2; content type, response topic, correlation data, user properties; to every client")
    @DisplayName(
            "[MQTT5-3.3.2-15] [MQTT5-3.3.2-16] [MQTT5-3.3.2-17] [MQTT5-3.3.2-20] each QoS carries all properties and its"
                    + " expiry from each client to each client")
    void publish_allProperties_unchanged(Client from) throws Exception {
        for (Client to : Client.values()) {
            if (to.missing().isPresent()) {
                continue;
            }
            String topic = BROKER.uniqueName("all/");
            try (Mqtt5Peer subscriber = peers.any(to, Subscription.of(topic, 2));
                    Mqtt5Peer publisher = peers.any(from)) {
                for (int qos = 0; qos <= 2; qos++) {
                    Told sent = full(topic, "QoS " + qos, qos);
                    assertThat(publisher.publish(sent).reasonCode()).isZero();
                    Told received = subscriber.next();
                    assertThat(received.essence()).as("to %s", to).isEqualTo(sent.essence());
                    assertThat(received.retain()).isFalse();
                    assertThat(received.expirySeconds()).isBetween(HOUR - 60, HOUR);
                }
            }
        }
    }

    @EachClient("user properties in their order across names")
    @Cannot(client = Client.MQTT_JS, why = "its interface groups user properties by name")
    @DisplayName("[MQTT5-3.3.2-17] [MQTT5-3.3.2-18] user properties keep their order, names may come again")
    void publish_userProperties_inOrder(Client client) throws Exception {
        String topic = BROKER.uniqueName("pairs/");
        List<String> pairs = List.of("b=2", "a=1", "b=1", "a=1", "c=");
        try (Mqtt5Peer subscriber = peers.any(client, Subscription.of(topic, 1));
                Mqtt5Peer publisher = peers.any(client)) {
            publisher.publish(Told.plain(topic, "pairs", 1).with("", "", "", pairs));
            assertThat(subscriber.next().userProperties()).isEqualTo(pairs);
        }
    }

    @EachClient("message expiry while the subscriber is away")
    @DisplayName(
            "[MQTT5-3.3.2-5] [MQTT5-3.3.2-6] what expired is not delivered, what lasts tells how long it still lasts")
    void publish_expired_notDelivered(Client client) throws Exception {
        String id = BROKER.uniqueName("expiry");
        Subscription subscription = Subscription.of(BROKER.uniqueName("expiry/"), 1);
        try (Mqtt5Peer first = peers.named(client, id)) {
            first.connect(Wishes.kept(HOUR), subscription);
        }
        try (Mqtt5Peer publisher = peers.other()) {
            publisher.publish(Told.plain(subscription.filter(), "short", 1).expiring(1));
            publisher.publish(Told.plain(subscription.filter(), "long", 1).expiring(HOUR));
        }
        Peers.pass(1.2);
        try (Mqtt5Peer again = peers.named(client, id)) {
            again.connect(Wishes.kept(HOUR), subscription);
            Told lasting = again.next();
            assertThat(lasting.text()).isEqualTo("long");
            assertThat(lasting.expirySeconds()).isBetween(HOUR - 600, HOUR - 1);
        }
    }

    @EachClient("request and response")
    @DisplayName("[MQTT5-3.3.2-15] [MQTT5-3.3.2-16] a request is answered where and as its sender asked")
    void publish_request_answered(Client client) throws Exception {
        String requests = BROKER.uniqueName("requests/");
        String answers = BROKER.uniqueName("answers/");
        try (Mqtt5Peer requester = peers.any(client, Subscription.of(answers, 1));
                Mqtt5Peer responder = peers.any(client, Subscription.of(requests, 1))) {
            requester.publish(Told.plain(requests, "1 + 1", 1).with("", answers, "sum-1", List.of()));
            Told request = responder.next();
            responder.publish(
                    Told.plain(request.responseTopic(), "2", 1).with("", "", request.correlation(), List.of()));
            Told answer = requester.next();
            assertThat(answer.text()).isEqualTo("2");
            assertThat(answer.correlation()).isEqualTo("sum-1");
        }
    }
}
