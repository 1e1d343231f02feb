// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.matrix.EachClient.Cannot;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Subscription options, retained messages and shared subscriptions with real clients. */
final class SubscriptionMatrixIT {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    private final Peers peers = new Peers(BROKER);

    @EachClient("retained messages, replaced and cleared")
    @DisplayName(
            "[MQTT5-3.3.1-5] [MQTT5-3.3.1-6] [MQTT5-3.3.1-8] a new subscriber gets the last retained message, if any")
    void retained_newSubscriber_lastOne(Client client) throws Exception {
        String topic = BROKER.uniqueName("retained/");
        try (Mqtt5Peer publisher = peers.any(client)) {
            publisher.publish(Told.plain(topic, "old", 1).retained());
            publisher.publish(Told.plain(topic, "new", 2).retained());
            try (Mqtt5Peer subscriber = peers.any(client, Subscription.of(topic, 2))) {
                Told told = subscriber.next();
                assertThat(told.text()).isEqualTo("new");
                assertThat(told.retain()).isTrue();
            }
            publisher.publish(Told.plain(topic, "", 1).retained());
            try (Mqtt5Peer subscriber = peers.any(client, Subscription.of(topic, 2))) {
                publisher.publish(Told.plain(topic, "live", 1));
                assertThat(subscriber.next().text()).isEqualTo("live");
            }
        }
    }

    @EachClient("Retain Handling 0, 1 and 2")
    @Cannot(client = Client.MOSQUITTO, why = "mosquitto_sub 2.0 has no option for it")
    @DisplayName("[MQTT5-3.3.1-9] [MQTT5-3.3.1-10] [MQTT5-3.3.1-11] Retain Handling 0, 1 and 2")
    void subscribe_retainHandling_obeyed(Client client) throws Exception {
        for (int handling = 0; handling <= 2; handling++) {
            String topic = BROKER.uniqueName("handling/");
            Subscription wanted = Subscription.of(topic, 2).handlingRetained(handling);
            int expected = 2 - handling; // of two SUBSCRIBE packets for the same filter
            try (Mqtt5Peer publisher = peers.other()) {
                publisher.publish(Told.plain(topic, "retained", 1).retained());
                try (Mqtt5Peer subscriber = peers.any(client, wanted, wanted)) {
                    publisher.publish(Told.plain(topic, "live", 1));
                    // a live message may overtake the retained ones
                    List<String> texts = new ArrayList<>();
                    for (int i = 0; i <= expected; i++) {
                        texts.add(subscriber.next().text());
                    }
                    assertThat(texts).containsOnlyOnce("live");
                    assertThat(texts).filteredOn("retained"::equals).hasSize(expected);
                    publisher.publish(Told.plain(topic, "fence", 1));
                    assertThat(subscriber.next().text()).isEqualTo("fence");
                }
            }
        }
    }

    @EachClient("Retain As Published")
    @DisplayName("[MQTT5-3.3.1-12] [MQTT5-3.3.1-13] Retain As Published decides about RETAIN of what is forwarded")
    void subscribe_retainAsPublished_retainKept(Client client) throws Exception {
        String topic = BROKER.uniqueName("rap/");
        try (Mqtt5Peer keeps = peers.any(client, Subscription.of(topic, 2).keepingRetain());
                Mqtt5Peer clears = peers.any(client, Subscription.of(topic, 2));
                Mqtt5Peer publisher = peers.other()) {
            publisher.publish(Told.plain(topic, "kept", 1).retained());
            assertThat(keeps.next().retain()).isTrue();
            assertThat(clears.next().retain()).isFalse();
        }
    }

    @EachClient("No Local")
    @Cannot(client = Client.MOSQUITTO, why = "mosquitto_sub publishes nothing, and has no option for it")
    @DisplayName("[MQTT5-3.8.3-3] No Local: a client does not hear itself")
    void subscribe_noLocal_othersOnly(Client client) throws Exception {
        String topic = BROKER.uniqueName("local/");
        try (Mqtt5Peer self = peers.any(client, Subscription.of(topic, 1).withoutOwn());
                Mqtt5Peer other = peers.other()) {
            self.publish(Told.plain(topic, "own", 1));
            other.publish(Told.plain(topic, "other's", 1));
            assertThat(self.next().text()).isEqualTo("other's");
        }
    }

    @EachClient("Subscription Identifier")
    @Cannot(client = Client.HIVEMQ, why = "its interface neither takes nor shows them")
    @DisplayName("[MQTT5-3.3.4-3] a message carries the Subscription Identifier, also when it waited")
    void subscribe_identifier_cameWithMessage(Client client) throws Exception {
        String id = BROKER.uniqueName("identified");
        String topic = BROKER.uniqueName("identified/");
        Subscription subscription = Subscription.of(topic, 1).identifiedBy(300);
        try (Mqtt5Peer publisher = peers.other()) {
            try (Mqtt5Peer first = peers.named(client, id)) {
                first.connect(Wishes.kept(3_600), subscription);
                publisher.publish(Told.plain(topic, "live", 1));
                assertThat(first.next().identifiers()).containsExactly(300);
            }
            publisher.publish(Told.plain(topic, "waited", 1));
            try (Mqtt5Peer again = peers.named(client, id)) {
                again.connect(Wishes.kept(3_600), subscription);
                assertThat(again.next().identifiers()).containsExactly(300);
            }
        }
    }

    @EachClient("Subscription Identifiers of overlapping filters")
    @Cannot(client = Client.HIVEMQ, why = "its interface neither takes nor shows them")
    @Cannot(client = Client.MOSQUITTO, why = "mosquitto_sub sends one identifier for all its filters")
    @DisplayName("[MQTT5-3.3.4-4] one copy with the identifiers of all subscriptions that match")
    void subscribe_overlapping_allIdentifiers(Client client) throws Exception {
        String topic = BROKER.uniqueName("overlap/");
        try (Mqtt5Peer subscriber = peers.any(
                        client,
                        Subscription.of(topic, 1).identifiedBy(7),
                        Subscription.of(topic + "/#", 2).identifiedBy(300));
                Mqtt5Peer publisher = peers.other()) {
            publisher.publish(Told.plain(topic, "both", 1));
            assertThat(subscriber.next().identifiers()).containsExactlyInAnyOrder(7, 300);
        }
    }

    @EachClient("shared subscriptions")
    @DisplayName("[MQTT5-4.8.2-4] each message of a shared subscription goes to one member, and each member gets some")
    void subscribe_shared_eachMessageToOne(Client client) throws Exception {
        String topic = BROKER.uniqueName("shared/");
        Subscription shared = Subscription.of("$share/group/" + topic, 2);
        try (Mqtt5Peer first = peers.any(client, shared);
                Mqtt5Peer second = peers.any(client, shared);
                Mqtt5Peer publisher = peers.other()) {
            List<String> sent = IntStream.range(0, 40).mapToObj(i -> "m" + i).toList();
            publisher.publishAll(
                    sent.stream().map(text -> Told.plain(topic, text, 2)).toList());
            List<String> one = new ArrayList<>();
            List<String> other = new ArrayList<>();
            for (int idle = 0; one.size() + other.size() < sent.size() && idle < 2_000; idle++) {
                collect(first, one);
                collect(second, other);
            }
            assertThat(one).isNotEmpty();
            assertThat(other).isNotEmpty();
            List<String> all = new ArrayList<>(one);
            all.addAll(other);
            assertThat(all).containsExactlyInAnyOrderElementsOf(sent);
            assertThat(first.poll(50)).isNull();
            assertThat(second.poll(50)).isNull();
        }
    }

    private static void collect(Mqtt5Peer member, List<String> into) throws Exception {
        for (Told told = member.poll(25); told != null; told = member.poll(1)) {
            into.add(told.text());
        }
    }
}
